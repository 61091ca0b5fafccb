// The driver of a case page: a snapshot, then the live stream from there on, and the rows of the log as they are needed.

import { api, Failure } from '../api/client';
import type { CaseView, Item, Lang } from '../api/types';
import { CHUNK, LogRows } from './log';
import { apply, begin, type CaseModel, type Entry, replace } from './model';

/** Changes that come closer together than this are put into the page together. */
const FRAME_MS = 16;

/** Pause before a stream that the console closed is opened again. */
const AGAIN_MS = 2_000;

/** Fetches of the log at a time. */
const MAX_FETCHES = 2;

type Change = { entry: Entry } | { part: Partial<CaseView> };

export class CaseLive {
  model = $state.raw<CaseModel | null>(null);
  error = $state<unknown>(null);
  /** Since when the stream is cut, in ms; `null` while it flows. */
  lostSince = $state<number | null>(null);
  /** Counts up whenever rows of the log came. */
  rowsVersion = $state(0);
  logError = $state<unknown>(null);
  /** By how much the PC's clock is ahead of this browser's, as far as that can be told; ms. */
  skew = $state(0);
  readonly rows = new LogRows();

  #source: EventSource | null = null;
  #pending: Change[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #flushed = 0;
  #fetching = new Set<number>();
  #wanted: [number, number] = [0, 0];
  #skews: number[] = [];

  constructor(
    readonly id: string,
    readonly lang: Lang,
  ) {}

  start(): () => void {
    void this.load();
    return () => {
      this.#source?.close();
      clearTimeout(this.#timer);
      clearTimeout(this.#again);
    };
  }

  async load(): Promise<void> {
    try {
      const [view] = await Promise.all([api.show(this.id, this.lang), this.#fetchEnd()]);
      this.model = begin(view);
      this.error = null;
      this.#estimateSkew(view);
      this.#connect();
    } catch (error) {
      this.error = error;
    }
  }

  /** The page shows rows `from` to `to`: fetches what is missing, the nearest first. */
  need(from: number, to: number): void {
    this.#wanted = [from, to];
    this.#fetchMore();
  }

  #connect(): void {
    this.#source?.close();
    const after = this.model?.position ?? 0;
    const source = new EventSource(
      `/api/v1/cases/${encodeURIComponent(this.id)}/live?lang=${this.lang}&after=${after}`,
    );
    this.#source = source;
    source.addEventListener('open', () => (this.lostSince = null));
    source.addEventListener('error', () => {
      this.lostSince ??= Date.now();
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(this.#again);
        this.#again = setTimeout(() => void this.#reopen(), AGAIN_MS);
      }
    });
    source.addEventListener('entry', (event: MessageEvent<string>) => {
      const entry = JSON.parse(event.data) as Item[];
      this.#observe(entry);
      this.#take({ entry });
    });
    source.addEventListener('case', (event: MessageEvent<string>) =>
      this.#take({ part: JSON.parse(event.data) as Partial<CaseView> }),
    );
  }

  /** The stream was refused: whether the session or the case is gone, an ordinary request tells. */
  async #reopen(): Promise<void> {
    try {
      await api.show(this.id, this.lang);
      this.#connect();
    } catch (error) {
      if (error instanceof Failure && error.status === 404) this.error = error;
      this.#again = setTimeout(() => void this.#reopen(), AGAIN_MS);
    }
  }

  #take(change: Change): void {
    this.#pending.push(change);
    if (this.#timer !== undefined) return;
    const wait = FRAME_MS - (performance.now() - this.#flushed);
    if (wait <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushed = performance.now();
    let model = this.model;
    if (model === null) return;
    let came = false;
    for (const change of this.#pending) {
      if ('part' in change) {
        model = replace(model, change.part);
      } else {
        const applied = apply(model, [change.entry], this.lang);
        model = applied.model;
        if (applied.rows.length > 0) {
          this.rows.put(applied.rows);
          came = true;
        }
      }
    }
    this.#pending = [];
    this.model = model;
    if (came) this.rowsVersion += 1;
  }

  async #fetchEnd(): Promise<void> {
    const page = await api.log(this.id, undefined, CHUNK);
    this.rows.put(page.lines);
    this.rowsVersion += 1;
  }

  #fetchMore(): void {
    const total = this.model?.rows ?? 0;
    const [from, to] = this.#wanted;
    for (const first of this.rows.missing(from, Math.min(to, total))) {
      if (this.#fetching.size >= MAX_FETCHES) return;
      if (!this.#fetching.has(first)) void this.#fetch(first);
    }
  }

  async #fetch(first: number): Promise<void> {
    this.#fetching.add(first);
    try {
      const page = await api.log(this.id, first, CHUNK);
      this.rows.put(page.lines);
      this.rowsVersion += 1;
      this.logError = null;
    } catch (error) {
      this.logError = error;
      return;
    } finally {
      this.#fetching.delete(first);
    }
    this.#fetchMore();
  }

  #estimateSkew(view: CaseView): void {
    const newest = view.facts.reduce((last, fact) => Math.max(last, Date.parse(fact.observed_at)), 0);
    // Nothing can have been observed later than it was stored.
    this.skew = Math.max(0, newest - Date.now());
  }

  /** The smallest delay between an observation and its arrival is the nearest to the clocks' difference. */
  #observe(entry: Entry): void {
    for (const item of entry) {
      const at = Date.parse(String(item['observed_at'] ?? ''));
      if (!Number.isNaN(at)) this.#skews.push(at - Date.now());
    }
    if (this.#skews.length > 0) {
      this.#skews = this.#skews.slice(-200);
      this.skew = Math.max(...this.#skews);
    }
  }
}
