import { expect, it } from 'vitest';
import { countdown, ms, short, size } from './time';

const words = { d: 'd' };

it.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [6_120_000, '1 h 42'],
  [90_000_000, '1 d'],
])('%d ms is said in one word', (milliseconds, said) => {
  expect(short(milliseconds, words)).toBe(said);
});

it('a countdown never shows less than nothing and ends at zero', () => {
  expect(countdown(425_000)).toBe('7:05');
  expect(countdown(1)).toBe('0:01');
  expect(countdown(-3)).toBe('0:00');
});

it('sizes use the units of the reader', () => {
  expect(size(4096, 'en')).toBe('4.0 KB');
  expect(size(73_093_353_472, 'fr')).toBe('68 Go');
  expect(size(0, 'en')).toBe('0 B');
});

it('no time is not the beginning of time', () => {
  expect(ms(null)).toBeNaN();
});
