// Requests to the console. Every failure comes back as a Failure; nothing is thrown at the pages but that.

import type {
  CaseRow,
  CaseView,
  Fault,
  FaultList,
  Hits,
  Lang,
  LogPage,
  NewCaseAnswer,
  Session,
  Theme,
} from './types';

/** How long a request may take before the page says that the console does not answer. */
const PATIENCE_MS = 15_000;

/** Why a request came to nothing. `status` 0: the console did not answer. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly what: string,
    readonly remedy: string,
    /** Seconds to wait, where the console said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(what);
  }
}

type Method = 'GET' | 'POST' | 'DELETE';

/** Told whenever the console says that nobody is signed in. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

async function failure(answer: Response): Promise<Failure> {
  let what = '';
  let remedy = '';
  try {
    const body: unknown = await answer.json();
    const error = (body as { error?: { what?: unknown; do?: unknown } }).error;
    what = typeof error?.what === 'string' ? error.what : '';
    remedy = typeof error?.do === 'string' ? error.do : '';
  } catch {
    // Not the console's own words: a proxy in between. The status has to do.
  }
  const wait = Number(answer.headers.get('retry-after'));
  return new Failure(answer.status, what, remedy, Number.isFinite(wait) && wait > 0 ? wait : null);
}

export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch {
    throw new Failure(0, '', '');
  }
  if (!answer.ok) {
    const failed = await failure(answer);
    if (failed.status === 401 && !path.startsWith('/session')) onSignedOut();
    throw failed;
  }
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const inCase = (id: string, rest = '') => `/cases/${encodeURIComponent(id)}${rest}`;

function query(parts: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString()}`;
}

export const api = {
  session: () => ask<Session>('GET', '/session'),
  signIn: (name: string, password: string) => ask<Session>('POST', '/session', { name, password }),
  signOut: () => ask<undefined>('DELETE', '/session'),
  firstAccount: (link: string, name: string, password: string) =>
    ask<Session>('POST', '/accounts/first', { link, name, password }),
  me: (change: { lang?: Lang; theme?: Theme; password?: { old: string; new: string } }) =>
    ask<unknown>('POST', '/accounts/me', change),

  cases: (parts: { status?: string; view?: string; q?: string; limit?: number; lang?: Lang }) =>
    ask<{ cases: CaseRow[] }>('GET', `/cases${query(parts)}`),
  open: (body: { note?: string; product?: string; agent?: boolean }) =>
    ask<NewCaseAnswer>('POST', '/cases', body),
  show: (id: string, lang: Lang) => ask<CaseView>('GET', inCase(id, query({ lang }))),
  log: (id: string, from: number | undefined, limit: number) =>
    ask<LogPage>('GET', inCase(id, `/log${query({ from, limit })}`)),
  search: (id: string, q: string, from: number, back: boolean) =>
    ask<Hits>('GET', inCase(id, `/log/search${query({ q, from, back, limit: 1 })}`)),
  code: (id: string) => ask<NewCaseAnswer>('POST', inCase(id, '/code')),
  collect: (id: string, prefixes: string[]) => ask<undefined>('POST', inCase(id, '/collect'), { prefixes }),
  claim: (id: string) => ask<unknown>('POST', inCase(id, '/claim'), {}),
  release: (id: string) => ask<unknown>('POST', inCase(id, '/release'), {}),
  transfer: (id: string, to: string, note: string) =>
    ask<unknown>('POST', inCase(id, '/transfer'), { to, note }),
  note: (id: string, text: string) => ask<unknown>('POST', inCase(id, '/notes'), { text }),
  answer: (id: string, fault: string, evidence: string, yes: boolean) =>
    ask<unknown>('POST', inCase(id, '/answers'), { fault, evidence, yes }),
  told: (id: string, text: string) => ask<unknown>('POST', inCase(id, '/lines'), { text }),
  step: (id: string, fault: string, step: string, state: 'said-done' | 'failed' | 'skipped') =>
    ask<unknown>('POST', inCase(id, '/steps'), { fault, step, state }),
  resolve: (id: string, fault: string | undefined, how: string) =>
    ask<unknown>('POST', inCase(id, '/resolve'), fault === undefined ? { how } : { fault, how }),
  close: (id: string) => ask<unknown>('POST', inCase(id, '/close')),

  accounts: () => ask<{ accounts: { name: string; role: string }[] }>('GET', '/accounts'),
  faults: () => ask<FaultList>('GET', '/faults'),
  fault: (id: string, lang: Lang) => ask<Fault>('GET', `/faults/${encodeURIComponent(id)}${query({ lang })}`),
};
