// A real console with a data folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { built, run, temporary } from './programs.mjs';

export const NAME = 'camille';
export const PASSWORD = 'a sentence that is long enough';

export class Console {
  /** Starts a console; `port` 0 takes a free one. */
  static async start({ port = 0, data = undefined } = {}) {
    const home = data === undefined ? temporary() : { folder: data, close: () => undefined };
    const folder = data ?? path.join(home.folder, 'data');
    const child = spawn(
      built('hotliner-console'),
      [
        'serve',
        '--format',
        'json',
        '--listen',
        `127.0.0.1:${port}`,
        '--data',
        folder,
        '--name',
        'Photo Suite support',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ready = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
      child.once('exit', (code) => reject(new Error(`the console ended with ${code}`)));
    });
    return new Console(child, folder, home, ready);
  }

  constructor(child, data, home, ready) {
    this.child = child;
    this.data = data;
    this.home = home;
    /** Where agents connect. */
    this.listen = ready.listen;
    /** Where the pages are. */
    this.web = ready.web;
    /** The one-time link of the first account; absent once there is one. */
    this.firstLink = ready.first_account;
  }

  /** Runs `hotliner-console ARGS…` on this console and reads its answer. */
  async command(...args) {
    const done = await run(built('hotliner-console'), [...args, '--format', 'json', '--data', this.data]);
    if (done.code !== 0) throw new Error(`${args.join(' ')}: ${done.stdout}${done.stderr}`);
    return JSON.parse(done.stdout);
  }

  /** Opens a case: `{case, code}`. */
  newCase() {
    return this.command('case', 'new');
  }

  /** A request over the local socket; gives the answer, whose body is yet to come. */
  async get(at) {
    const request = http.get({ socketPath: path.join(this.data, 'console.sock'), path: at });
    const [answer] = await once(request, 'response');
    if (answer.statusCode !== 200) throw new Error(`${at}: ${answer.statusCode}`);
    return answer;
  }

  /** The case as soon as `wanted` holds for it. It is looked at whenever its live stream says something. */
  async until(id, wanted) {
    const stream = await this.get(`/api/v1/cases/${id}/live`);
    const said = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const view = await json(await this.get(`/api/v1/cases/${id}`));
        if (wanted(view)) return view;
        if ((await said.next()).done) throw new Error(`the live stream of ${id} ended`);
      }
    } finally {
      stream.destroy();
    }
  }

  /** Ends it as a power cut would, and waits for the end. */
  kill() {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null) resolve();
      this.child.once('exit', resolve);
      this.child.kill('SIGKILL');
    });
  }

  async close() {
    await this.kill();
    this.home.close();
  }
}
