import { expect, it } from 'vitest';
import type { CaseRow } from '../api/types';
import { held, isIn, ordered, programName } from './list';

const row = (id: string, more: Partial<CaseRow> = {}): CaseRow => ({
  case: id,
  updated_at: '2026-11-24T18:00:00Z',
  status: 'open',
  note: '',
  agent: 'none',
  agentless: false,
  resolved: false,
  ...more,
});

it('a case stands in the views of whom it concerns', () => {
  const views = (one: CaseRow) =>
    (['waiting', 'mine', 'team', 'resolved'] as const).filter((view) => isIn(one, view, 'ana'));
  expect(views(row('a'))).toEqual(['waiting']);
  expect(views(row('a', { claimed_by: 'ana' }))).toEqual(['mine', 'team']);
  expect(views(row('a', { claimed_by: 'bob' }))).toEqual(['team']);
  expect(views(row('a', { status: 'closed' }))).toEqual([]);
  expect(views(row('a', { status: 'closed', resolved: true }))).toEqual(['resolved']);
});

it('who waits longest comes first, who has not joined last', () => {
  const rows = [
    row('new'),
    row('late', { customer_waits_since: '2026-11-24T18:05:00Z' }),
    row('early', { customer_waits_since: '2026-11-24T18:01:00Z' }),
  ];
  expect(ordered(rows, 'waiting', 'ana')).toEqual(['early', 'late', 'new']);
});

it('nothing moves under the pointer', () => {
  expect(held(['a', 'b'], ['b', 'c'])).toEqual(['a', 'b', 'c']);
});

it.each([
  ['dpkg', 'dpkg'],
  ['/usr/bin/apt-get', 'apt-get'],
  ['C:\\Temp\\setup.exe', 'setup.exe'],
  ['odd/', 'odd/'],
])('%s is called %s', (program, name) => {
  expect(programName(program)).toBe(name);
});
