// The rows of the log that the page holds: windows into a million, by ordinal. Pure bookkeeping; who fetches is told
// what is missing.

import type { Row } from '../api/types';

/** Rows fetched at a time. */
export const CHUNK = 500;

/** Chunks held; the one looked at longest ago gives way. 40 × 500 rows ≈ 20,000 lines of memory. */
export const MAX_CHUNKS = 40;

export class LogRows {
  #chunks = new Map<number, (Row | undefined)[]>();

  /** The row with ordinal `n`, if it is here. */
  get(n: number): Row | undefined {
    return this.#chunks.get(Math.floor(n / CHUNK))?.[n % CHUNK];
  }

  put(rows: readonly Row[]): void {
    for (const row of rows) {
      const index = Math.floor(row.n / CHUNK);
      let chunk = this.#chunks.get(index);
      if (chunk === undefined) {
        chunk = [];
        this.#chunks.set(index, chunk);
      }
      chunk[row.n % CHUNK] = row;
    }
    this.#evict();
  }

  /** First ordinals of the chunks that have holes between `from` and `to` (exclusive), nearest to `from` first. */
  missing(from: number, to: number): number[] {
    const found: number[] = [];
    const begin = Math.floor(Math.max(0, from) / CHUNK);
    for (let index = begin; index * CHUNK < to; index += 1) {
      const chunk = this.#chunks.get(index);
      const first = Math.max(from, index * CHUNK);
      const end = Math.min(to, (index + 1) * CHUNK);
      let whole = chunk !== undefined;
      for (let n = first; whole && n < end; n += 1) whole = chunk?.[n % CHUNK] !== undefined;
      if (whole && chunk !== undefined) this.#touch(index, chunk);
      else found.push(index * CHUNK);
    }
    return found;
  }

  get chunks(): number {
    return this.#chunks.size;
  }

  #touch(index: number, chunk: (Row | undefined)[]): void {
    this.#chunks.delete(index);
    this.#chunks.set(index, chunk);
  }

  #evict(): void {
    while (this.#chunks.size > MAX_CHUNKS) {
      const oldest = this.#chunks.keys().next();
      if (oldest.done === true) return;
      this.#chunks.delete(oldest.value);
    }
  }
}

/** A row of the screen: a line, a line on its way, or something that happened between two lines. */
export type Shown<M> = { key: string; n: number; row: Row | undefined } | { key: string; n: number; moment: M };

/** What the screen shows of ordinals `from` to `to` (exclusive): moments stand before the line whose ordinal they have. */
export function screen<M extends { n: number; position: number; kind: string }>(
  rows: LogRows,
  moments: readonly M[],
  from: number,
  to: number,
  total: number,
): Shown<M>[] {
  const found: Shown<M>[] = [];
  // The end has no line of its own: what happened after the last one stands there.
  const last = to >= total ? total + 1 : to;
  let next = moments.findIndex((moment) => moment.n >= from);
  if (next < 0) next = moments.length;
  for (let n = from; n < last; n += 1) {
    for (let moment = moments[next]; moment !== undefined && moment.n <= n; moment = moments[++next]) {
      found.push({ key: `m${moment.position}${moment.kind}`, n, moment });
    }
    if (n < total) found.push({ key: `l${n}`, n, row: rows.get(n) });
  }
  return found;
}
