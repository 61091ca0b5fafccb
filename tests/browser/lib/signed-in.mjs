// What most tests stand on: a console of its own, Chromium, and a page whose account is signed in.

import { after, before } from 'node:test';
import { firstAccount, launch, open } from './browser.mjs';
import { Console } from './console.mjs';
import { temporary } from './programs.mjs';

/** Gives `{ home, server, browser, ui }`, filled before the first test of the file and gone after its last. */
export function signedIn() {
  const at = {};
  before(async () => {
    at.home = temporary();
    at.server = await Console.start();
    at.browser = await launch();
    at.ui = await open(at.browser, at.server);
    await firstAccount(at.ui.page, at.server);
  });
  after(async () => {
    await at.browser?.close();
    await at.server?.close();
    at.home?.close();
  });
  return at;
}
