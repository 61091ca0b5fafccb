// Every page, in both themes and languages: axe finds nothing serious, nothing is wider than the window.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, serious, wrong } from './lib/browser.mjs';
import { scenes, stage } from './lib/scenes.mjs';

let browser;
let set;

before(async () => {
  browser = await launch();
  set = await stage(browser);
});

after(async () => {
  await set?.close();
  await browser?.close();
});

for (const [lang, theme] of [
  ['en', 'light'],
  ['en', 'dark'],
  ['fr', 'light'],
  ['fr', 'dark'],
]) {
  test(`every page can be used by everybody: ${lang}, ${theme}`, async () => {
    for (const scene of scenes) {
      const ui = await set.show(scene, lang, theme);
      assert.deepEqual(await serious(ui.page), [], `${scene.name}, ${lang}, ${theme}`);
      const wide = await ui.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(wide <= 0, `${scene.name}, ${lang}: ${wide} pixels too wide`);
      assert.deepEqual(await wrong(ui), [], scene.name);
      await ui.context.close();
    }
  });
}
