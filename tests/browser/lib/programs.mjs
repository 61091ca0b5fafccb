// The programs under test, and processes that are ended by whoever started them.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The program `name` of the last `cargo build`; HOTLINER_PROGRAMS names another folder (target/release). */
export function built(name) {
  const folder = process.env.HOTLINER_PROGRAMS ?? path.join(ROOT, 'target/debug');
  const program = path.join(folder, name);
  if (!existsSync(program))
    throw new Error(`${program} is not there: run \`cargo build\` first, or tests/run`);
  return program;
}

/** A folder that goes away with `close`. */
export function temporary() {
  const folder = mkdtempSync(path.join(tmpdir(), 'hotliner-browser-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program to its end. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
