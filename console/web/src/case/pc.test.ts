import { expect, it } from 'vitest';
import type { Fact, Json } from '../api/types';
import { disks, isLow, plain, processes } from './pc';

const facts = (given: Record<string, Json>): Map<string, Fact> =>
  new Map(
    Object.entries(given).map(([path, value]) => [
      path,
      { path, value, observed_at: '', standing: 'value' as const },
    ]),
  );

it('the fullest disk comes first and images do not count', () => {
  const disk = (free: number, total: number, read_only = false) => ({
    free_bytes: free,
    total_bytes: total,
    read_only,
    no_exec: false,
  });
  const found = disks(
    facts({
      'disk[/]': disk(50, 100),
      'disk[/home]': disk(1, 100),
      'disk[/snap/x]': disk(0, 10, true),
      'disk.system': disk(50, 100),
    }),
  );
  expect(found.map((one) => one.name)).toEqual(['/home', '/']);
});

it.each([
  [1 * 2 ** 30, 500 * 2 ** 30, true],
  [40 * 2 ** 30, 500 * 2 ** 30, false],
  [1 * 2 ** 30, 1.5 * 2 ** 30, false],
  [0, 0, false],
])('%d free of %d needs attention: %s', (free, total, low) => {
  expect(isLow(free, total)).toBe(low);
});

it('a list of programs that is none gives none', () => {
  expect(processes(facts({ process: 'x' }), 5)).toEqual([]);
  expect(
    processes(
      facts({
        process: [
          { pid: 1, name: 'a', memory_bytes: 1 },
          { pid: 2, name: 'b', memory_bytes: 5 },
        ],
      }),
      1,
    ),
  ).toMatchObject([{ pid: 2 }]);
});

it('a value of any shape is one line', () => {
  expect(plain({ a: [1, true], b: { c: 'x' } })).toBe('a 1, true · b c x');
  expect(plain(null)).toBe('–');
});
