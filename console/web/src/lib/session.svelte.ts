// Who is signed in, and where in the pages we are.

import { api, Failure, whenSignedOut } from '../api/client';
import type { Session } from '../api/types';
import { settings } from '../i18n/index.svelte';

export type Route =
  | { page: 'queue' }
  | { page: 'case'; id: string }
  | { page: 'faults'; id: string | null }
  | { page: 'account' }
  | { page: 'first'; token: string };

export function routeOf(hash: string): Route {
  const [, page = '', rest = ''] = /^#?\/?([^/]*)\/?(.*)$/.exec(hash) ?? [];
  const name = decodeURIComponent(rest.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  if (page === 'case' && name !== '') return { page: 'case', id: name };
  if (page === 'faults') return { page: 'faults', id: name === '' ? null : name };
  if (page === 'account') return { page: 'account' };
  if (page === 'first' && name !== '') return { page: 'first', token: name };
  return { page: 'queue' };
}

class Here {
  route = $state<Route>(routeOf(location.hash));
  session = $state<Session | null>(null);
  /** Why the session is not known. */
  failure = $state<Failure | null>(null);
  /** The session ended while somebody worked. */
  ended = $state(false);

  constructor() {
    window.addEventListener('hashchange', () => (this.route = routeOf(location.hash)));
    whenSignedOut(() => {
      if (this.session?.account) {
        this.session = { ...this.session, account: null };
        this.ended = true;
      }
    });
  }

  go(hash: string): void {
    location.hash = hash;
  }

  take(session: Session): void {
    this.session = session;
    this.failure = null;
    if (session.account) {
      this.ended = false;
      settings.ownLang = session.account.lang ?? null;
      settings.ownTheme = session.account.theme ?? null;
    }
  }

  async load(): Promise<void> {
    try {
      this.take(await api.session());
    } catch (error) {
      this.failure = error instanceof Failure ? error : new Failure(0, '', '');
    }
  }

  async signOut(): Promise<void> {
    try {
      await api.signOut();
    } catch {
      // Gone already, or the console is: either way nobody is signed in here any more.
    }
    await this.load();
  }
}

export const here = new Here();
