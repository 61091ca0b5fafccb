// What went wrong, in the reader's words.

import { Failure } from '../api/client';
import type { Messages } from '../i18n/en';

/** One line what happened. What the console itself said stands in `detail`. */
export function explain(error: unknown, t: Messages): { text: string; detail: string } {
  if (!(error instanceof Failure)) return { text: t.trouble.title, detail: String(error) };
  const detail = [error.what, error.remedy].filter((part) => part !== '').join(' – ');
  const text = () => {
    switch (error.status) {
      case 0:
        return t.trouble.offline;
      case 401:
        return t.trouble.signedOut;
      case 403:
        return t.trouble.forbidden;
      case 404:
        return t.trouble.gone;
      case 409:
        return t.trouble.conflict;
      case 429:
        return t.trouble.wait(error.retryAfter ?? 60);
      default:
        return t.trouble.other(error.status);
    }
  };
  return { text: text(), detail };
}
