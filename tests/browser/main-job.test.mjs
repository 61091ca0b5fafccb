// The main job, seen by a technician: a real installer fails on a real agent's PC, and the page says why, by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ended, failingPackage, script, start } from './lib/agent.mjs';
import { firstAccount, launch, open, signIn, wrong } from './lib/browser.mjs';
import { Console, NAME } from './lib/console.mjs';
import { signedIn } from './lib/signed-in.mjs';

const at = signedIn();

/** Opens a case by keyboard alone; gives its id and the digits on the screen. */
async function newCase(page, note) {
  await page.goto('/#/');
  await page.locator('[aria-pressed=true]').first().waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type(note);
  await page.keyboard.press('Enter');
  const code = (await page.locator('.digits').innerText()).replace(/\D/g, '');
  await page.locator('dialog .btn.primary').press('Enter');
  await page.waitForURL(/#\/case\//);
  return { case: page.url().split('/').pop(), code };
}

test('a failing installation names its cause on the open page, without a reload, and links the line that says so', async () => {
  const { page } = at.ui;
  const opened = await newCase(page, 'photo suite');
  await page.evaluate(() => (window.neverReloaded = true));
  const installer = await failingPackage(at.home.folder);
  const agent = start(at.server, opened, path.join(at.home.folder, 'agent'), installer);
  const diagnosis = page.locator('article.dx.confirmed');
  await diagnosis.waitFor();
  assert.match(await diagnosis.locator('h3').innerText(), /package is needed first/);
  await diagnosis.getByRole('button', { name: /line/ }).last().click();
  const deciding = page.locator('.row.confirmed', { hasText: 'libphoto-core is not installed' });
  await deciding.waitFor();
  await page.locator('.pill.bad', { hasText: 'exit code 1' }).waitFor();
  assert.equal(await ended(agent), 1);
  assert.equal(await page.evaluate(() => window.neverReloaded), true, 'the page was loaded anew');
  // And back: the mark on the line leads to its evidence.
  await deciding.locator('.tag').click();
  await page.locator('.evs li.lit', { hasText: 'libphoto-core' }).waitFor();
  assert.deepEqual(await wrong(at.ui), []);
});

test('claim, steps, note and resolve work from the keyboard alone and last', async () => {
  const { page } = at.ui;
  await page.goto('/#/');
  await page.locator('tbody a.open').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'Mine 1' }).waitFor();
  await page.keyboard.press('2');
  await page.locator('[aria-pressed=true]', { hasText: 'Mine' }).waitFor();
  await page.locator('tbody a.open').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.step.now').waitFor();
  await page.keyboard.press('s');
  await page.locator('.step.said-done').waitFor();
  await page.keyboard.press('x');
  await page.locator('.step.failed').waitFor();
  await page.keyboard.press('m');
  await page.keyboard.type('asked for the file name');
  await page.keyboard.press('Control+Enter');
  await page.locator('.note', { hasText: 'asked for the file name' }).waitFor();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.locator('.step.said-done').waitFor();
  await page.locator('.note', { hasText: NAME }).waitFor();
  await page.keyboard.press('r');
  await page.locator('dialog textarea').press('a');
  await page.keyboard.type('pt fetched the component');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.head .pill', { hasText: 'Resolved' }).waitFor();
  await page.keyboard.press('g');
  // The queue's keys work from when it is there.
  await page.locator('[aria-pressed=true]').first().waitFor();
  await page.keyboard.press('4');
  await page.locator('tr', { hasText: 'photo suite' }).waitFor();
  assert.deepEqual(await wrong(at.ui), []);
});

test('two technicians cannot hold one case: the second is told who was faster', async () => {
  const file = path.join(at.home.folder, 'password');
  writeFileSync(file, 'another long sentence\n');
  await at.server.command('user', 'add', 'sasha', '--password-file', file);
  const other = await open(at.browser, at.server);
  await signIn(other.page, 'sasha', 'another long sentence');
  const opened = await at.server.newCase();
  const { page } = at.ui;
  await page.goto('/#/');
  await page.reload();
  const row = page.locator(`tr[data-case="${opened.case}"]`);
  await row.waitFor();
  // The other claim arrives while this one is on its way.
  const claimFirst = async (route) => {
    const headers = { origin: at.server.web };
    const taken = await other.page.request.post(`/api/v1/cases/${opened.case}/claim`, { data: {}, headers });
    assert.ok(taken.ok(), String(taken.status()));
    await route.continue();
  };
  await page.route('**/claim', claimFirst, { times: 1 });
  await row.getByRole('button', { name: 'Claim' }).click();
  await page.getByText('Claimed by sasha a moment before you.').waitFor();
  assert.equal((await at.server.command('case', 'show', opened.case)).claimed_by, 'sasha');
  await other.context.close();
});

test('without an agent: typed lines are diagnosed, and say that they were typed', async () => {
  const { page } = at.ui;
  await page.goto('/#/');
  await page.locator('[aria-pressed=true]').first().waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('by telephone');
  await page.locator('dialog input[type=radio]').nth(1).check();
  await page.locator('dialog .btn.primary').click();
  await page.waitForURL(/#\/case\//);
  await page
    .locator('.tell textarea')
    .fill("dpkg: error: cannot access archive '/home/x/suite.deb': No such file or directory");
  await page.keyboard.press('Enter');
  await page.locator('article.dx', { hasText: 'package file is not there' }).waitFor();
  await page.locator('.row .source', { hasText: 'told' }).waitFor();
  assert.deepEqual(await wrong(at.ui), []);
});

test('the console goes away and comes back: the page says so, greys its figures and goes on by itself', async () => {
  const { page } = at.ui;
  const opened = await newCase(page, 'cut');
  const waiting = script(at.home.folder, 'wait.sh', 'echo "one"; read -r go; echo "two"; exit 1');
  const agent = start(at.server, opened, path.join(at.home.folder, 'agent-cut'), [waiting]);
  await page.locator('.row', { hasText: 'one' }).waitFor();
  const port = new URL(at.server.web).port;
  await at.server.kill();
  await page.locator('.banners .warn', { hasText: 'cut' }).waitFor();
  await page.locator('.gauge.stale').first().waitFor();
  at.server = await Console.start({ port, data: at.server.data }).then((again) =>
    Object.assign(again, { home: at.server.home }),
  );
  await page.locator('.banners .warn', { hasText: 'cut' }).waitFor({ state: 'detached', timeout: 60_000 });
  agent.stdin.end('go\n');
  await page.locator('.row', { hasText: 'two' }).waitFor({ timeout: 60_000 });
  await ended(agent);
  assert.equal(await page.locator('.row .text', { hasText: /^one$/ }).count(), 1, 'no line twice');
});

test('signing out ends the session, and a wrong password does not open it again', async () => {
  const { page } = at.ui;
  await page.goto('/#/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('input[name=username]').fill(NAME);
  await page.locator('input[name=password]').fill('not the password');
  await page.locator('form button.primary').click();
  await page.getByText('Name or password is wrong.').waitFor();
  await signIn(page);
  assert.deepEqual(await wrong(at.ui), []);
});
