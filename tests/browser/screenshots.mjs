// Shows every page in both languages and themes: `npm run screenshots -- OUTDIR`.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launch } from './lib/browser.mjs';
import { scenes, stage } from './lib/scenes.mjs';

const out = process.argv[2];
if (out === undefined) {
  console.error('where to? npm run screenshots -- OUTDIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const only = process.argv[3];
const browser = await launch();
const set = await stage(browser);
try {
  for (const lang of ['en', 'fr']) {
    for (const theme of ['light', 'dark']) {
      for (const scene of scenes.filter((one) => only === undefined || one.name.includes(only))) {
        const ui = await set.show(scene, lang, theme);
        const file = path.join(out, `${scene.name}-${lang}-${theme}.png`);
        await ui.page.screenshot({ path: file });
        await ui.context.close();
        console.log(file);
      }
    }
  }
} finally {
  await set.close();
  await browser.close();
}
