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
      const chunk = this.#chunks.get(index) ?? [];
      chunk[row.n % CHUNK] = row;
      this.#touch(index, chunk);
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
