import { expect, it } from 'vitest';
import type { Diagnosis } from '../api/types';
import { deciding, marksOf, nextAfter } from './marks';

const diagnosis = (fault: string, rows: (number | null)[], explains: Diagnosis[] = []): Diagnosis => ({
  fault,
  number: 1,
  cause: 'c',
  standing: 'confirmed',
  score: 1,
  title: '',
  explain: '',
  say: '',
  missing: [],
  steps: [],
  explains,
  evidence: rows.map((n, i) => ({ name: `e${i}`, source: 's', line: 1, text: '', n })),
});

it('marks link lines and evidence, consequences below their cause', () => {
  const marks = marksOf([diagnosis('a', [4, null, 2], [diagnosis('b', [9, 4])])]);
  expect(marks.get(2)).toMatchObject([{ fault: 'a', number: 3, below: false }]);
  expect(marks.get(4)).toMatchObject([{ fault: 'a', number: 1, below: false }]);
  expect(marks.get(9)).toMatchObject([{ fault: 'a', below: true }]);
  expect(deciding(marks)).toEqual([2, 4]);
});

it('the step after the last deciding line is the first', () => {
  expect(nextAfter([2, 4], null)).toBe(2);
  expect(nextAfter([2, 4], 2)).toBe(4);
  expect(nextAfter([2, 4], 4)).toBe(2);
  expect(nextAfter([], 4)).toBeUndefined();
});
