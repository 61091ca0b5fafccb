// Which cases stand in which view, and in which order. Pure.

import type { CaseRow, View } from '../api/types';
import { ms } from '../lib/time';

export const VIEWS: readonly View[] = ['waiting', 'mine', 'team', 'resolved'];

/** After so long somebody who waits is shown as waiting long. */
export const LONG_WAIT_MS = 10 * 60_000;

export function isIn(row: CaseRow, view: View, me: string): boolean {
  if (view === 'resolved') return row.resolved === true;
  if (row.status !== 'open') return false;
  const by = row.claimed_by ?? null;
  return view === 'waiting' ? by === null : view === 'mine' ? by === me : by !== null;
}

/** When somebody began to wait, in ms; cases nobody waits in (no agent yet) come after. */
function since(row: CaseRow): number {
  const waits = ms(row.customer_waits_since);
  return Number.isNaN(waits) ? Number.MAX_SAFE_INTEGER : waits;
}

/** Longest waiting first; resolved ones newest first. */
export function ordered(rows: Iterable<CaseRow>, view: View, me: string): string[] {
  const found = [...rows].filter((row) => isIn(row, view, me));
  const newest = (a: CaseRow, b: CaseRow) => (a.case < b.case ? 1 : -1);
  if (view === 'resolved') found.sort((a, b) => ms(b.closed_at) - ms(a.closed_at) || newest(a, b));
  else found.sort((a, b) => since(a) - since(b) || newest(a, b));
  return found.map((row) => row.case);
}

/** While the pointer rests on the list nothing moves under it: who stands there stays, who is new comes at the end. */
export function held(shown: readonly string[], now: readonly string[]): string[] {
  const known = new Set(shown);
  return [...shown, ...now.filter((id) => !known.has(id))];
}

/** What a case is called in a list. */
export function title(row: { note: string; product?: string | null; case: string }): string {
  return row.note.trim() || row.product?.trim() || '';
}

/** The end of a case's id: enough to tell two apart aloud. */
export function brief(id: string): string {
  return id.slice(-6);
}

/** A program without its folder, as people call it. */
export function programName(program: string): string {
  return program.split(/[\\/]/).pop() || program;
}
