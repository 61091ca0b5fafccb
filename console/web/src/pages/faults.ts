// Searching the catalogue. Pure.

import type { FaultInList, Lang } from '../api/types';

/** Folds case and accents, so that `verrou` finds `Verrouillé`. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The faults that hold every word, in either language, in their id, number or cause; by title. */
export function found(faults: readonly FaultInList[], words: string, lang: Lang): FaultInList[] {
  const sought = fold(words)
    .split(/\s+/)
    .filter((word) => word !== '');
  const holds = (fault: FaultInList) => {
    const text = fold(
      [fault.id, String(fault.number), fault.cause, fault.title.en, fault.title.fr].join(' '),
    );
    return sought.every((word) => text.includes(word));
  };
  return faults.filter(holds).sort((a, b) => a.title[lang].localeCompare(b.title[lang], lang));
}
