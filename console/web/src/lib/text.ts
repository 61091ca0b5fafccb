// Hostile text. What an agent sends is shown as text in which nothing is invisible: control characters, and those that
// turn the direction of writing around, appear as their code.

export interface Piece {
  text: string;
  /** Name of a character that must not act, such as `U+202E`; `null` for plain text. */
  code: string | null;
}

// C0 but tab, DEL, C1, soft hyphen and zero-width characters, line and paragraph separators, marks, embeddings, overrides
// and isolates of direction (UAX #9), the byte order mark, tags (U+E0000…), lone surrogates.
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

/** Longest text that is put into the page at once, in UTF-16 units; the rest is counted, not shown. */
export const MAX_SHOWN = 20_000;

function name(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Cuts `text` into what may stand as it is and what is shown as a code. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), code: null });
    found.push({ text: match[0], code: name(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), code: null });
  return found;
}

/** The same as one string, for titles and labels. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `[${name(character)}]`);
}

export interface Part extends Piece {
  /** Part of what is searched for. */
  hit: boolean;
}

/** As [`pieces`], with what is searched for set apart. Compares without case. */
export function parts(text: string, words: string): Part[] {
  const plain = pieces(text).map((piece) => ({ ...piece, hit: false }));
  const sought = words.trim().toLowerCase();
  if (sought === '') return plain;
  return plain.flatMap((piece) => (piece.code === null ? split(piece.text, sought) : [piece]));
}

function split(text: string, sought: string): Part[] {
  const found: Part[] = [];
  const low = text.toLowerCase();
  // Where lower case has another length, places no longer agree: then nothing is set apart.
  if (low.length !== text.length) return [{ text, code: null, hit: false }];
  let from = 0;
  for (let at = low.indexOf(sought); at >= 0; at = low.indexOf(sought, from)) {
    if (at > from) found.push({ text: text.slice(from, at), code: null, hit: false });
    found.push({ text: text.slice(at, at + sought.length), code: null, hit: true });
    from = at + sought.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), code: null, hit: false });
  return found;
}
