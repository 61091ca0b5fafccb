// Times and sizes for people. Pure: `now` and the words are passed in.

/** A length of time cut into what is worth saying. */
export interface Span {
  unit: 's' | 'min' | 'h' | 'd';
  value: number;
  /** Minutes beside hours, seconds beside minutes; 0 where they are not worth saying. */
  rest: number;
}

export function span(milliseconds: number): Span {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return { unit: 's', value: seconds, rest: 0 };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { unit: 'min', value: minutes, rest: seconds % 60 };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { unit: 'h', value: hours, rest: minutes % 60 };
  return { unit: 'd', value: Math.floor(hours / 24), rest: 0 };
}

/** `12 s`, `3 min`, `1 h 42`, `2 d`: short enough for a table. */
export function short(milliseconds: number, words: { d: string }): string {
  const { unit, value, rest } = span(milliseconds);
  if (unit === 'h') return rest > 0 ? `${value} h ${String(rest).padStart(2, '0')}` : `${value} h`;
  return unit === 'd' ? `${value} ${words.d}` : `${value} ${unit}`;
}

/** `7:05` for a countdown. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Milliseconds of a time of the console; `NaN` for none. */
export function ms(time: string | null | undefined): number {
  return time === null || time === undefined ? Number.NaN : Date.parse(time);
}

const two = (n: number) => String(n).padStart(2, '0');

/** The time of day by the technician's clock: `21:16:39` or `21:16:39.118`. */
export function clock(time: string | number, withMilliseconds = false): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '–';
  const day = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMilliseconds ? `${day}.${String(date.getMilliseconds()).padStart(3, '0')}` : day;
}

const SIZES = { en: ['B', 'KB', 'MB', 'GB', 'TB', 'PB'], fr: ['o', 'Ko', 'Mo', 'Go', 'To', 'Po'] };

/** A size in the units that file managers show (1 GB = 2^30 bytes), with one decimal below ten. */
export function size(bytes: number, lang: 'en' | 'fr'): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZES[lang].length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${number(value, lang, digits)} ${SIZES[lang][unit] ?? ''}`;
}

export function number(value: number, lang: 'en' | 'fr', digits = 0): string {
  return new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}
