// A join code as it is said aloud: three digits at a time, each digit a word, so that neither language's way of counting
// in tens (soixante-dix…) comes in between.

import type { Lang } from '../api/types';

const WORDS: Record<Lang, readonly string[]> = {
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  fr: ['zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf'],
};

/** `715324369` → `['715', '324', '369']`; a longer nameplate leaves the last group longer rather than a lone digit. */
export function groups(code: string): string[] {
  const digits = code.replace(/\D/g, '');
  const found: string[] = [];
  for (let from = 0; from < digits.length; from += 3) found.push(digits.slice(from, from + 3));
  const last = found[found.length - 1];
  const before = found[found.length - 2];
  if (last !== undefined && before !== undefined && last.length === 1) {
    found.splice(-2, 2, before + last);
  }
  return found;
}

/** The words of each group. */
export function spelled(code: string, lang: Lang): string {
  const word = (digit: string) => WORDS[lang][Number(digit)] ?? digit;
  return groups(code)
    .map((group) => Array.from(group, word).join(' '))
    .join(', ');
}
