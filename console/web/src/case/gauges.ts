// Gauges: figures that move. Their curves are kept in the page only, from its opening on.

import type { Fact, Json } from '../api/types';

/** Points of a curve; the oldest give way. At a reading each two seconds, ten minutes. */
export const MAX_POINTS = 300;

/** Times in seconds (the PC's clock) and values; `null`: no value then. */
export interface History {
  times: readonly number[];
  values: readonly (number | null)[];
}

/** Paths with a curve, and what of them is drawn. */
export const GAUGES: ReadonlyMap<string, (value: Json) => number | null> = new Map([
  ['cpu.usage_percent', asNumber],
  ['memory.available_bytes', asNumber],
  ['disk.system', freeBytes],
  ['disk.install_root', freeBytes],
]);

function asNumber(value: Json): number | null {
  return typeof value === 'number' ? value : null;
}

function freeBytes(value: Json): number | null {
  return part(value, 'free_bytes');
}

/** A number in a value that is a map. */
export function part(value: Json | undefined, key: string): number | null {
  const found = member(value, key);
  return typeof found === 'number' ? found : null;
}

/** A part of a value that is a map. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined;
}

export function extend(history: History | undefined, fact: Fact): History {
  const time = Date.parse(fact.observed_at) / 1000;
  const read = GAUGES.get(fact.path);
  const value = fact.standing === 'value' && read !== undefined ? read(fact.value ?? null) : null;
  const times = history?.times ?? [];
  const last = times[times.length - 1];
  // A clock that was set back would fold the curve over itself.
  if (Number.isNaN(time) || (last !== undefined && time < last)) return history ?? { times: [], values: [] };
  return {
    times: [...times, time].slice(-MAX_POINTS),
    values: [...(history?.values ?? []), value].slice(-MAX_POINTS),
  };
}
