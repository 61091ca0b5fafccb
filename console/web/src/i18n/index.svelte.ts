// Language and appearance: from the account, else the browser. Kept in one place so that a switch reaches every page.

import type { Lang, Theme } from '../api/types';
import { en, type Messages } from './en';
import { fr } from './fr';

const CATALOGUES: Record<Lang, Messages> = { en, fr };

function browserLang(): Lang {
  return navigator.languages.some((tag) => /^(fr|en)\b/i.test(tag))
    ? /^fr\b/i.test(navigator.languages.find((tag) => /^(fr|en)\b/i.test(tag)) ?? '')
      ? 'fr'
      : 'en'
    : 'en';
}

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

class Settings {
  /** What the account says; `null`: as the browser. */
  ownLang = $state<Lang | null>(null);
  /** What the account says; `null`: as the system. */
  ownTheme = $state<Theme | null>(null);
  #systemDark = $state(prefersDark.matches);

  lang: Lang = $derived(this.ownLang ?? browserLang());
  theme: Theme = $derived(this.ownTheme ?? (this.#systemDark ? 'dark' : 'light'));
  t: Messages = $derived(CATALOGUES[this.lang]);

  constructor() {
    prefersDark.addEventListener('change', (event) => (this.#systemDark = event.matches));
    $effect.root(() => {
      $effect(() => {
        document.documentElement.lang = this.lang;
        document.documentElement.dataset['theme'] = this.theme;
      });
    });
  }
}

export const settings = new Settings();
