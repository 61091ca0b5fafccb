import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'generated'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // Everything from an agent is hostile: it reaches the page as text or not at all.
      'svelte/no-at-html-tags': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text goes into the page as text.' },
        { property: 'outerHTML', message: 'Text goes into the page as text.' },
        { property: 'insertAdjacentHTML', message: 'Text goes into the page as text.' },
      ],
      // Maps are replaced as a whole, never changed in place ($state.raw).
      'svelte/prefer-svelte-reactivity': 'off',
      // An undefined name is the type check's business.
      'no-undef': 'off',
    },
  },
);
