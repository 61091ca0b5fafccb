import { describe, expect, it } from 'vitest';
import { parts, pieces, visible } from './text';

describe('text of an agent', () => {
  it.each([
    ['plain', 'plain'],
    ['tab\tstays', 'tab\tstays'],
    ['gnp.\u202Eexe', 'gnp.[U+202E]exe'],
    ['\u2066x\u2069', '[U+2066]x[U+2069]'],
    ['a\u0000b\u001b[31mc', 'a[U+0000]b[U+001B][31mc'],
    ['zero\u200bwidth\ufeff', 'zero[U+200B]width[U+FEFF]'],
    ['line\u2028two\r\n', 'line[U+2028]two[U+000D][U+000A]'],
    ['tag\u{e0041}', 'tag[U+E0041]'],
    ['lone\ud800', 'lone[U+D800]'],
    ['שלום 👋 <b>', 'שלום 👋 <b>'],
  ])('%j hides nothing', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('loses no character when it is cut into pieces', () => {
    const text = 'a\u202Eb\u0007c👋';
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it('marks what is searched for and nothing else', () => {
    expect(parts('Error: error', 'ERROR').filter((part) => part.hit)).toHaveLength(2);
    expect(parts('abc', ' ').some((part) => part.hit)).toBe(false);
    expect(parts('İstanbul error', 'error').map((part) => part.text)).toEqual(['İstanbul error']);
  });
});
