// Whatever an agent or another site sends, the page shows text and the console changes nothing.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ended, script, start } from './lib/agent.mjs';
import { firstAccount, launch, open, wrong } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { signedIn } from './lib/signed-in.mjs';

const at = signedIn();

const NASTY = [
  '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"><svg onload=window.hacked=1>',
  'javascript:window.hacked=1 {{constructor.constructor("window.hacked=1")()}} ${window.hacked=1}',
  'invoice\u202Egnp.exe \u2066hidden\u2069 end',
  'zero\u200Bwidth and bell\u0007',
];

test('script, direction tricks, control characters and a 1 MB word are harmless in lines, arguments and names', async () => {
  const { page } = at.ui;
  const opened = await at.server.newCase();
  const lines = NASTY.map((line) => `printf '%s\\n' '${line.replaceAll("'", "'\\''")}'`).join('\n');
  const nasty = script(
    at.home.folder,
    '<img src=x onerror=window.hacked=1>.sh',
    `${lines}\nhead -c 1048576 /dev/zero | tr '\\0' W\necho\necho the end`,
  );
  await page.goto(`/#/case/${opened.case}`);
  const agent = start(at.server, opened, path.join(at.home.folder, 'agent'), [nasty, NASTY[0], NASTY[2]]);
  await page.locator('.row', { hasText: 'the end' }).waitFor();
  await ended(agent);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('.log script, .log img, .att img').count(), 0);
  await page.locator('.esc', { hasText: 'U+202E' }).first().waitFor();
  await page.locator('.esc', { hasText: 'U+200B' }).first().waitFor();
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
  const tall = await page.evaluate(
    () => document.documentElement.scrollHeight - document.documentElement.clientHeight,
  );
  assert.ok(tall <= 0, `the page is ${tall} pixels too tall`);
  await page.goto('/#/');
  await page.locator(`tr[data-case="${opened.case}"]`).waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(await wrong(at.ui), []);
});

test('the policy for content allows files of this console only, and nothing inline', async () => {
  const { page } = at.ui;
  const answer = await page.request.get('/');
  const policy = answer.headers()['content-security-policy'] ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    assert.ok(policy.includes(part), `${part} is missing in: ${policy}`);
  }
  assert.ok(!policy.includes('unsafe'), policy);
  assert.doesNotMatch(await answer.text(), /<style|style=|<script(?![^>]*src=)|\son\w+=/i);
  // The policy is in force: a script put into the page does not run.
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = 1';
    document.body.append(script);
  });
  assert.equal(await page.evaluate(() => window.injected), undefined);
  const fresh = await page.evaluate(() => window.violations.splice(0));
  assert.equal(fresh.length, 1, 'the violation was noticed');
  at.ui.problems.length = 0;
});

test('a forged or missing cookie opens nothing, and another origin changes nothing', async () => {
  const { page } = at.ui;
  const opened = await at.server.newCase();
  const close = `/api/v1/cases/${opened.case}/close`;
  const stranger = await at.browser.newContext({ baseURL: at.server.web, ignoreHTTPSErrors: true });
  assert.equal((await stranger.request.get('/api/v1/cases')).status(), 401, 'without a cookie');
  const forged = { cookie: `__Host-hotliner-session=${'A'.repeat(43)}` };
  assert.equal(
    (await stranger.request.get('/api/v1/cases', { headers: forged })).status(),
    401,
    'with a forged cookie',
  );
  await stranger.close();
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    const answer = await page.request.post(close, { headers });
    assert.ok([401, 403].includes(answer.status()), `${JSON.stringify(headers)}: ${answer.status()}`);
  }
  assert.equal((await at.server.command('case', 'show', opened.case)).status, 'open');
  const cookies = await at.ui.context.cookies();
  const session = cookies.find((one) => one.name.startsWith('__Host-'));
  assert.ok(session?.httpOnly && session.secure && session.sameSite === 'Strict', JSON.stringify(session));
  assert.equal(await page.evaluate(() => document.cookie), '');
});

test('the one-time link makes one account only', async () => {
  const other = await open(at.browser, at.server);
  await other.page.goto(at.server.firstLink);
  await other.page.getByText('An account exists already').waitFor();
  const answer = await other.page.request.post('/api/v1/accounts/first', {
    data: {
      link: at.server.firstLink.split('/').pop(),
      name: 'mallory',
      password: 'a sentence that is long enough',
    },
    headers: { origin: at.server.web },
  });
  assert.ok(answer.status() >= 400, String(answer.status()));
  await other.context.close();
});
