// The queue, live: the list is fetched, then changed rows come as server-sent events; after a break it is fetched again.

import { api } from '../api/client';
import type { CaseRow, Lang } from '../api/types';

/** Pause before words typed into the search are sent. */
const TYPING_MS = 180;

export class Queue {
  rows = $state.raw<ReadonlyMap<string, CaseRow>>(new Map());
  loaded = $state(false);
  error = $state<unknown>(null);
  /** Whether changes come in by themselves. */
  live = $state(false);
  words = $state('');
  #source: EventSource | null = null;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lang: Lang;

  constructor(lang: Lang) {
    this.#lang = lang;
  }

  start(): () => void {
    this.#source = new EventSource(`/api/v1/live?lang=${this.#lang}`);
    this.#source.addEventListener('open', () => {
      this.live = true;
      void this.load();
    });
    this.#source.addEventListener('error', () => (this.live = false));
    this.#source.addEventListener('case', (event: MessageEvent<string>) =>
      this.#changed(JSON.parse(event.data) as CaseRow),
    );
    void this.load();
    return () => {
      this.#source?.close();
      clearTimeout(this.#timer);
    };
  }

  find(words: string): void {
    this.words = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), TYPING_MS);
  }

  async load(): Promise<void> {
    const round = ++this.#round;
    const common = { q: this.words.trim(), lang: this.#lang };
    try {
      const [open, resolved] = await Promise.all([
        api.cases({ ...common, status: 'open', limit: 1000 }),
        api.cases({ ...common, view: 'resolved', limit: 200 }),
      ]);
      // A slower, older answer must not replace a newer one.
      if (round !== this.#round) return;
      this.rows = new Map([...open.cases, ...resolved.cases].map((row) => [row.case, row]));
      this.error = null;
      this.loaded = true;
    } catch (error) {
      if (round === this.#round) this.error = error;
    }
  }

  #changed(row: CaseRow): void {
    // While searching, only the console knows whether the row still holds the words.
    if (this.words.trim() !== '' && !this.rows.has(row.case)) {
      this.find(this.words);
      return;
    }
    this.rows = new Map(this.rows).set(row.case, row);
  }
}
