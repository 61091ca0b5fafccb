// The deciding lines: which rows of the log diagnoses rest on. Pure.

import type { Diagnosis, Standing } from '../api/types';

export interface Mark {
  n: number;
  fault: string;
  /** Number of the evidence within its diagnosis, from 1. */
  number: number;
  name: string;
  standing: Standing;
  /** Of a consequence that the diagnosis explains. */
  below: boolean;
}

/** Marks by row; the first of a row is the most telling. */
export function marksOf(diagnoses: readonly Diagnosis[]): Map<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  for (const diagnosis of diagnoses) {
    if (diagnosis.standing !== 'ruled-out')
      collect(marks, diagnosis, diagnosis.fault, diagnosis.standing, false);
  }
  return marks;
}

function collect(
  marks: Map<number, Mark[]>,
  diagnosis: Diagnosis,
  fault: string,
  standing: Standing,
  below: boolean,
): void {
  diagnosis.evidence.forEach((seen, index) => {
    if (typeof seen.n !== 'number') return;
    const mark: Mark = { n: seen.n, fault, number: index + 1, name: seen.name, standing, below };
    const held = marks.get(seen.n);
    if (held === undefined) marks.set(seen.n, [mark]);
    else if (!held.some((one) => one.fault === fault)) held.push(mark);
  });
  for (const explained of diagnosis.explains) collect(marks, explained, fault, standing, true);
}

/** The rows to step through: those of the diagnosis itself, in order. */
export function deciding(marks: ReadonlyMap<number, readonly Mark[]>): number[] {
  return [...marks]
    .filter(([, of]) => of.some((mark) => !mark.below))
    .map(([n]) => n)
    .sort((a, b) => a - b);
}

/** The next of `rows` after `n`, beginning again at the first. */
export function nextAfter(rows: readonly number[], n: number | null): number | undefined {
  return rows.find((row) => n === null || row > n) ?? rows[0];
}
