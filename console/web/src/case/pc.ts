// What the facts say of a PC, put in order for the page. Pure.

import type { Fact, Json } from '../api/types';
import { member, part } from './gauges';

export type Facts = ReadonlyMap<string, Fact>;

/** Below this share, or this many bytes, of free room a disk needs attention. */
export const LOW_SHARE = 0.05;
export const LOW_BYTES = 2 * 2 ** 30;

/** The value of a fact, where it has one. */
export function value(facts: Facts, path: string): Json | undefined {
  const fact = facts.get(path);
  return fact?.standing === 'value' ? (fact.value ?? undefined) : undefined;
}

export function text(facts: Facts, path: string): string {
  const found = value(facts, path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}

export interface Disk {
  name: string;
  fact: Fact;
  free: number;
  total: number;
  readOnly: boolean;
  noExec: boolean;
  low: boolean;
}

export function isLow(free: number, total: number): boolean {
  return total > 0 && (free / total < LOW_SHARE || (free < LOW_BYTES && total > LOW_BYTES));
}

/** The volumes, the fullest first; small read-only ones (images, mounted tools) fill themselves and are no news. */
export function disks(facts: Facts): Disk[] {
  const found: Disk[] = [];
  for (const fact of facts.values()) {
    const name = /^disk\[(.*)\]$/.exec(fact.path)?.[1];
    if (name === undefined || fact.standing !== 'value') continue;
    const free = part(fact.value, 'free_bytes');
    const total = part(fact.value, 'total_bytes');
    if (free === null || total === null || total === 0) continue;
    const readOnly = member(fact.value, 'read_only') === true;
    if (readOnly && name !== '/') continue;
    found.push({
      name,
      fact,
      free,
      total,
      readOnly,
      noExec: member(fact.value, 'no_exec') === true,
      low: isLow(free, total),
    });
  }
  return found.sort((a, b) => a.free / a.total - b.free / b.total || a.name.localeCompare(b.name));
}

export interface Process {
  pid: number;
  name: string;
  memory: number;
  cpu: number | null;
}

/** The largest programs by memory. */
export function processes(facts: Facts, most: number): Process[] {
  const list = value(facts, 'process');
  if (!Array.isArray(list)) return [];
  const read = list.map((one) => ({
    pid: part(one, 'pid') ?? 0,
    name: String(member(one, 'name') ?? ''),
    memory: part(one, 'memory_bytes') ?? 0,
    cpu: part(one, 'cpu_percent'),
  }));
  return read.sort((a, b) => b.memory - a.memory).slice(0, most);
}

/** A value as one line. */
export function plain(found: Json | undefined): string {
  if (found === undefined || found === null) return '–';
  if (typeof found === 'object') {
    if (Array.isArray(found)) return found.map(plain).join(', ');
    return Object.entries(found)
      .map(([key, one]) => `${key} ${plain(one)}`)
      .join(' · ');
  }
  return String(found);
}
