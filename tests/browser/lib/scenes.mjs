// The pages as they are shown to people: real cases in every state, made once, then shown in each language and theme.

import path from 'node:path';
import { ended, failingPackage, script, start } from './agent.mjs';
import { firstAccount, open, settled } from './browser.mjs';
import { Console, NAME, PASSWORD } from './console.mjs';
import { temporary } from './programs.mjs';

/** Each scene: its name, and how a signed-in page comes to it. */
export const scenes = [
  {
    name: 'sign-in',
    signedOut: true,
    go: (page) => page.goto('/').then(() => page.locator('input[name=password]').waitFor()),
  },
  { name: 'queue', go: (page) => page.goto('/#/').then(() => page.locator('tbody tr').nth(2).waitFor()) },
  {
    name: 'queue-empty',
    go: async (page) => {
      await page.goto('/#/');
      await page.locator('tbody tr').first().waitFor();
      await page.keyboard.press('4');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'new-case',
    go: async (page) => {
      await page.goto('/#/');
      await page.locator('tbody tr').first().waitFor();
      await page.keyboard.press('n');
      await page.locator('dialog input').first().fill('Photo Suite');
      await page.keyboard.press('Enter');
      await page.locator('.digits').waitFor();
    },
  },
  {
    name: 'case-live',
    go: async (page, set) => {
      await page.goto(`/#/case/${set.live}`);
      await page.locator('.gauge').first().waitFor();
      // A curve has two points or more.
      await set.readings(3);
    },
  },
  {
    name: 'case-failed',
    go: (page, set) =>
      page.goto(`/#/case/${set.failed}`).then(() => page.locator('article.dx.confirmed').waitFor()),
  },
  {
    name: 'case-away',
    go: (page, set) => page.goto(`/#/case/${set.away}`).then(() => page.locator('.banners .warn').waitFor()),
  },
  {
    name: 'case-offline',
    go: async (page, set) => {
      await page.route('**/live?*', (route) => route.abort());
      await page.goto(`/#/case/${set.live}`);
      await page.locator('.banners .warn').waitFor();
    },
  },
  {
    name: 'case-typed',
    go: (page, set) => page.goto(`/#/case/${set.typed}`).then(() => page.locator('.tell').waitFor()),
  },
  {
    name: 'keys',
    go: async (page, set) => {
      await page.goto(`/#/case/${set.failed}`);
      await page.locator('article.dx').waitFor();
      await page.keyboard.press('?');
      await page.locator('dialog dl').first().waitFor();
    },
  },
  {
    name: 'faults',
    go: async (page) => {
      await page.goto('/#/faults/linux.dpkg.lock-held');
      await page.locator('article h2').waitFor();
    },
  },
  {
    name: 'account',
    go: (page) => page.goto('/#/account').then(() => page.locator('select').first().waitFor()),
  },
  {
    name: 'help',
    signedOut: true,
    go: (page, _set, lang) => page.goto(`/help?lang=${lang}`).then(() => page.locator('h1').waitFor()),
  },
];

/** Makes the cases. Gives `show(scene, lang, theme)`, which opens the scene in a page of its own. */
export async function stage(browser) {
  const home = temporary();
  const server = await Console.start();
  const first = await open(browser, server);
  await firstAccount(first.page, server);
  const cookies = await first.context.storageState();
  const post = (at, data) =>
    first.page.request
      .post(`/api/v1${at}`, { data, headers: { origin: server.web } })
      .then((answer) => answer.json().catch(() => undefined));
  const running = [];
  const agent = (opened, name, installer) => {
    const child = start(server, opened, path.join(home.folder, name), installer);
    running.push(child);
    return child;
  };
  const installer = await failingPackage(home.folder);
  const failed = await post('/cases', { note: 'Photo Suite will not install', product: 'Photo Suite 4.1' });
  const slow = script(
    home.folder,
    'photo-suite-setup',
    'for part in core filters fonts help; do echo "Preparing $part"; sleep 0.6; done; exec "$@"',
  );
  await ended(agent(failed, 'failed', [slow, ...installer]));
  await server.until(failed.case, (view) => view.diagnoses.length > 0);
  await post(`/cases/${failed.case}/claim`, {});
  await post(`/cases/${failed.case}/notes`, {
    text: 'The customer downloaded the package from the publisher; apt was never used.',
  });

  const live = await post('/cases', { note: 'Update hangs at 40 %', product: 'Video Desk 7' });
  const going = script(
    home.folder,
    'video-desk-setup',
    'n=0; while :; do n=$((n+1)); echo "Get:$n pool/main/v/video-desk/part-$n.deb [$((n * 13 % 900)) kB]"; sleep 0.4; done',
  );
  agent(live, 'live', [going]);

  const away = await post('/cases', { note: 'Printer driver, restarted twice', product: 'Printer M4' });
  const lost = agent(away, 'away', [going]);
  await server.until(away.case, (view) => view.facts.length > 20);
  // As a power cut would: the console notices by silence.
  lost.kill('SIGKILL');

  const typed = await post('/cases', {
    note: 'PC does not start, reads from the screen',
    product: 'Photo Suite 4.1',
    agent: false,
  });
  await post(`/cases/${typed.case}/lines`, {
    text: 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)',
  });
  await post('/cases', { note: 'Wi-Fi box, no name resolution', product: 'Box Fibre 6' });
  await server.until(away.case, (view) => view.agent.standing !== 'connected');
  await server.until(live.case, (view) => view.journal.rows > 20);

  /** Waits for so many readings of the processor on the PC whose case is live. */
  const readings = (count) => {
    const seen = new Set();
    return server.until(live.case, (view) => {
      const fact = view.facts.find((one) => one.path === 'cpu.usage_percent');
      if (fact !== undefined) seen.add(fact.observed_at);
      return seen.size >= count;
    });
  };
  const set = { readings, failed: failed.case, live: live.case, away: away.case, typed: typed.case };
  return {
    ...set,
    server,
    async show(scene, lang, theme) {
      const ui = await open(browser, server, { lang, theme });
      if (!scene.signedOut) await ui.context.addCookies(cookies.cookies);
      await scene.go(ui.page, set, lang);
      await settled(ui.page);
      return ui;
    },
    async close() {
      for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
      await first.context.close();
      await server.close();
      home.close();
    },
  };
}

export { NAME, PASSWORD };
