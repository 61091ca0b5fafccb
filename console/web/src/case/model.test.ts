import { describe, expect, it } from 'vitest';
import type { CaseView, Item } from '../api/types';
import { LogRows } from './log';
import { apply, begin, type CaseModel, type Entry, replace } from './model';

const AT = '2026-11-24T18:39:58.546Z';

function empty(): CaseView {
  return {
    case: 'c',
    updated_at: AT,
    status: 'open',
    note: '',
    consent: [],
    interceptions: 0,
    diagnoses: [],
    catalogue: 'x',
    facts: [],
    attempts: [],
    step_states: [],
    notes: [],
    answers: [],
    questions: [],
    agentless: false,
    journal: { first: 1, last: 1, records: 1, gaps: 0, dropped: 0, rows: 0 },
  };
}

const item = (position: number, kind: string, more: Record<string, unknown> = {}): Item => ({
  position,
  kind,
  at: AT,
  ...more,
});
const line = (position: number, number: number) =>
  item(position, 'line', { source: 'installer:stderr', line: number, text: `line ${number}`, attempt: 7 });

const ENTRIES: Entry[] = [
  [item(2, 'code-issued', { expires_at: AT })],
  [item(3, 'agent-paired', { version: '1', platform: 'linux', address: 'a', lease_until: AT })],
  [item(4, 'attempt-started', { attempt: 7, body: { program: 'dpkg', args: ['-i'] } })],
  [line(5, 1), line(5, 2)],
  [{ kind: 'fact', position: 6, path: 'cpu.usage_percent', value: 12, observed_at: AT, standing: 'value' }],
  [item(7, 'gap', { body: { dropped: 3, reason: 'r' } }), line(7, 3)],
  [
    item(8, 'diagnoses-changed', {
      by: 'console',
      catalogue: 'c',
      en: [{ fault: 'f' }],
      fr: [{ fault: 'f' }],
    }),
  ],
  [item(9, 'noted', { by: 'ana', text: 'hello' })],
  [item(10, 'attempt-ended', { attempt: 7, body: { outcome: 'failed', exit: { code: 1 } } })],
  [
    {
      kind: 'fact',
      position: 6,
      path: 'cpu.usage_percent',
      value: 99,
      observed_at: '2026-11-24T18:00:00.000Z',
      standing: 'value',
    },
  ],
  [item(11, 'stopped', { body: { by: 'finished' } })],
  [item(12, 'agent-stopped', { why: 'finished' })],
  [item(13, 'agent-left', { reason: 'lost' })],
];

/** Applies in batches of `size`; each batch also repeats what came before, as a stream that resumes may. */
function inBatches(size: number): { model: CaseModel; texts: string[] } {
  let model = begin(empty());
  const texts: string[] = [];
  for (let from = 0; from < ENTRIES.length; from += size) {
    const applied = apply(model, ENTRIES.slice(Math.max(0, from - 2), from + size), 'en');
    model = applied.model;
    texts.push(...applied.rows.map((row) => `${row.n} ${row.kind} ${row.text ?? ''}`.trim()));
  }
  return { model, texts };
}

describe('a case', () => {
  it.each([1, 2, 3, 5, ENTRIES.length])('is the same in batches of %d, with repeats', (size) => {
    expect(inBatches(size)).toEqual(inBatches(ENTRIES.length));
  });

  it('comes out as told', () => {
    const { model, texts } = inBatches(4);
    expect(texts).toEqual([
      '0 attempt-started',
      '1 line line 1',
      '2 line line 2',
      '3 gap',
      '4 line line 3',
      '5 attempt-ended',
      '6 stopped',
      '7 agent-left',
    ]);
    expect(model.view.agent?.standing).toBe('left');
    expect(model.view.code?.state).toBe('used');
    expect(model.view.attempts).toMatchObject([{ program: 'dpkg', outcome: 'failed', first_row: 0 }]);
    expect(model.view.diagnoses).toHaveLength(1);
    expect(model.history.get('cpu.usage_percent')?.values).toEqual([12]);
  });

  it('keeps its facts and its place when a part of it is replaced', () => {
    const { model } = inBatches(3);
    const after = replace(model, {
      claimed_by: 'ana',
      facts: [],
      journal: { ...model.view.journal, last: 99 },
    });
    expect(after.view.claimed_by).toBe('ana');
    expect(after.facts).toBe(model.facts);
    expect(after.position).toBe(model.position);
  });
});

describe('the log', () => {
  const row = (n: number) => ({
    n,
    position: n,
    kind: 'line' as const,
    at: AT,
    source: 's',
    line: n + 1,
    text: `t${n}`,
  });

  it('names the chunks that are missing and holds no more than it may', () => {
    const rows = new LogRows();
    rows.put([row(0), row(1), row(600)]);
    expect(rows.missing(0, 2)).toEqual([]);
    expect(rows.missing(0, 3)).toEqual([0]);
    expect(rows.missing(599, 1001)).toEqual([500, 1000]);
    for (let chunk = 0; chunk < 60; chunk += 1) rows.put([row(chunk * 500)]);
    expect(rows.chunks).toBe(40);
    expect(rows.get(0)).toBeUndefined();
  });
});
