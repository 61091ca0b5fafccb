// Measures what a technician waits for, with the real programs, and prints JSON for docs/BENCHMARKS.md:
//   npm run measure            HOTLINER_PROGRAMS=target/release measures the release build
//
// A time runs from just before the line is written into the installer's pipe until the page's DOM has changed (seen by a
// MutationObserver in the page); both clocks are this machine's.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ended, script, start } from './lib/agent.mjs';
import { firstAccount, launch, open } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { built, temporary } from './lib/programs.mjs';

const LINES = Number(process.env.LINES ?? 200);
const DIAGNOSES = Number(process.env.DIAGNOSES ?? 60);
const MILLION = Number(process.env.ROWS ?? 1_000_000);

const now = () => performance.timeOrigin + performance.now();
const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const figures = (values) => ({
  samples: values.length,
  p50_ms: Number(quantile(values, 0.5).toFixed(1)),
  p99_ms: Number(quantile(values, 0.99).toFixed(1)),
  max_ms: Number(Math.max(...values).toFixed(1)),
});

const home = temporary();
const server = await Console.start();
const browser = await launch();
const { page } = await open(browser, server);
await firstAccount(page, server);

/** An installer that prints what is written into a pipe; gives the pipe's end. */
function piped(name) {
  const pipe = path.join(home.folder, `${name}.pipe`);
  execFileSync('mkfifo', [pipe]);
  return {
    installer: [script(home.folder, `${name}.sh`, `echo "begin"; exec cat '${pipe}'`)],
    write: () => openSync(pipe, 'w'),
  };
}

/** Lets the page note when `selector` first holds `text`; `seen` waits for it. */
async function watchFor(selector, text) {
  await page.evaluate(
    ([where, what]) => {
      window.seen = new Promise((resolve) => {
        const look = () => {
          for (const element of document.querySelectorAll(where)) {
            if (element.textContent.includes(what)) {
              observer.disconnect();
              resolve(performance.timeOrigin + performance.now());
              return;
            }
          }
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      });
    },
    [selector, text],
  );
}
const seen = () => page.evaluate(() => window.seen);
/** Until what came last is drawn: the next thing measured begins on a page at rest. */
const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function linesToRows() {
  const opened = await server.newCase();
  const { installer, write } = piped('lines');
  await page.goto(`/#/case/${opened.case}`);
  const agent = start(server, opened, path.join(home.folder, 'lines'), installer);
  await page.locator('.row', { hasText: 'begin' }).waitFor();
  const end = write();
  const times = [];
  for (let n = 0; n < LINES; n += 1) {
    const text = `line-number-${n}-of-many`;
    await watchFor('.row .text', text);
    const begun = now();
    writeSync(end, `${text}\n`);
    times.push((await seen()) - begun);
    await drawn();
  }
  closeSync(end);
  await ended(agent);
  return figures(times);
}

async function linesToDiagnoses() {
  const times = [];
  for (let n = 0; n < DIAGNOSES; n += 1) {
    const opened = await server.newCase();
    const { installer, write } = piped(`diagnosis-${n}`);
    await page.goto(`/#/case/${opened.case}`);
    const agent = start(server, opened, path.join(home.folder, `diagnosis-${n}`), installer);
    await page.locator('.row', { hasText: 'begin' }).waitFor();
    // The first facts, and what they cost the PC, are not what is measured.
    await page.locator('.gauge').first().waitFor();
    await server.until(opened.case, (view) => view.facts.some((fact) => fact.path === 'packages.count'));
    await drawn();
    const end = write();
    await watchFor('article.dx', 'suite.deb');
    const begun = now();
    writeSync(end, "dpkg: error: cannot access archive '/home/x/suite.deb': No such file or directory\n");
    times.push((await seen()) - begun);
    closeSync(end);
    await ended(agent);
  }
  return figures(times);
}

async function million() {
  const opened = await server.newCase();
  // In bursts that the agent's spool holds: printed at once, an installer of a million lines is faster than any disk.
  const burst = 50_000;
  const talk = script(
    home.folder,
    'talk.sh',
    `n=0; while [ $n -lt ${MILLION} ]; do seq -f 'Unpacking part %.0f of a long installation ...' $((n + 1)) $((n + ${burst})); n=$((n + ${burst})); sleep 1.5; done`,
  );
  const began = now();
  await ended(start(server, opened, path.join(home.folder, 'million'), [talk], ['--linger', '600s']));
  // What the agent had no room for it says as a gap: then fewer rows come, and that is told below.
  const view = await server.until(
    opened.case,
    ({ journal, agent }) => journal.rows >= MILLION || agent?.standing !== 'connected',
  );
  const { rows, gaps: lost } = view.journal;
  const taken = now() - began;
  const opens = [];
  for (let n = 0; n < 7; n += 1) {
    await page.goto('/#/');
    await page.locator('tbody tr').first().waitFor();
    const begun = await page.evaluate((id) => {
      const at = performance.timeOrigin + performance.now();
      location.hash = `#/case/${id}`;
      return at;
    }, opened.case);
    await watchFor('.row .text', `part ${MILLION} of`);
    opens.push((await seen()) - begun);
  }
  // Through the log with the wheel, up from its end, and the frames that were drawn meanwhile.
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        const gaps = [];
        let last = performance.now();
        const begun = last;
        const frame = (at) => {
          gaps.push(at - last);
          last = at;
          if (at - begun < 4000) requestAnimationFrame(frame);
          else resolve(gaps.slice(1));
        };
        requestAnimationFrame(frame);
      }),
  );
  const box = await page.locator('.scroller').boundingBox();
  await page.mouse.move(box.x + 100, box.y + 100);
  for (let n = 0; n < 180; n += 1) {
    await page.mouse.wheel(0, -240);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const gaps = await frames;
  const jumpBegun = now();
  await watchFor('.row .text', 'part 1 of');
  await page.locator('.scroller').focus();
  await page.keyboard.press('Home');
  const jump = (await seen()) - jumpBegun;
  return {
    rows,
    gaps: lost,
    taken_in_s: Number((taken / 1000).toFixed(1)),
    open: figures(opens),
    jump_to_first_ms: Number(jump.toFixed(1)),
    scroll: {
      frames_per_second: Number((1000 / (gaps.reduce((a, b) => a + b, 0) / gaps.length)).toFixed(1)),
      p99_frame_ms: Number(quantile(gaps, 0.99).toFixed(1)),
    },
  };
}

try {
  const result = {
    schema: 'hotliner.browser-measure/1',
    machine: {
      cpu: os.cpus()[0]?.model,
      cores: os.cpus().length,
      chromium: browser.version(),
      programs: built('hotliner-console').includes('release') ? 'release' : 'debug',
    },
    line_to_row: await linesToRows(),
    failing_line_to_diagnosis: await linesToDiagnoses(),
    ...(MILLION > 0 ? { million_rows: await million() } : {}),
  };
  console.log(JSON.stringify(result, null, 2));
} finally {
  await browser.close();
  await server.close();
  home.close();
}
