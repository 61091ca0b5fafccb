import { expect, it } from 'vitest';
import { groups, spelled } from './digits';

it('a code is cut so that it can be said', () => {
  expect(groups('715324369')).toEqual(['715', '324', '369']);
  expect(groups('7153243690')).toEqual(['715', '324', '3690']);
  expect(groups('71532436901')).toEqual(['715', '324', '369', '01']);
});

it('each digit has its word in both languages', () => {
  expect(spelled('407', 'en')).toBe('four zero seven');
  expect(spelled('417208536', 'fr')).toBe('quatre un sept, deux zéro huit, cinq trois six');
});
