// Debian's Chromium, and pages that remember everything that went wrong in them.

import { existsSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { NAME, PASSWORD } from './console.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA and what it rests on. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const SIZE = { width: 1280, height: 800 };

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM to its path');
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  // Chromium refuses its sandbox to root.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath, headless: true, args });
}

/** A page in a browser context of its own. `problems` collects errors, failed requests of scripts and violations of the CSP. */
export async function open(browser, server, { lang = 'en', theme = 'light', size = SIZE } = {}) {
  const context = await browser.newContext({
    baseURL: server.web,
    ignoreHTTPSErrors: true,
    viewport: size,
    locale: lang === 'fr' ? 'fr-FR' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && /Content Security Policy|Refused to/i.test(text)) problems.push(text);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { context, page, problems };
}

/** Makes the first account through the one-time link. */
export async function firstAccount(page, server) {
  await page.goto(server.firstLink);
  await page.locator('input[name=username]').fill(NAME);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('input[name=again]').fill(PASSWORD);
  await page.locator('form button.primary').click();
  await page.locator('header nav').waitFor();
}

/** Signs in on a page that shows the form. */
export async function signIn(page, name = NAME, password = PASSWORD) {
  await page.goto('/');
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('form button.primary').click();
  await page.locator('header nav').waitFor();
}

/** Waits until nothing moves on the page and what was changed is drawn. */
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

/** What axe finds on the page that is serious or worse, one line each. */
export async function serious(page) {
  // Put in by the debugger, which no Content-Security-Policy of the page hinders.
  await page.evaluate(AXE);
  const result = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }),
    RULES,
  );
  return result.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .flatMap((one) =>
      one.nodes.map(
        (node) =>
          `${one.id} (${one.impact}): ${node.target.join(' ')} – ${node.failureSummary?.split('\n').slice(1).join(' ')}`,
      ),
    );
}

/** What went wrong on the page so far. */
export async function wrong({ page, problems }) {
  const violations = await page.evaluate(() => window.violations ?? []);
  return [...problems, ...violations];
}
