// The real agent, run as a customer would, on installers of this machine.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { built, run } from './programs.mjs';

/** Starts `hotliner-agent run` for a case, watching `installer`. Gives the process. */
export function start(server, opened, home, installer, extra = []) {
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: path.join(home, 'data'), LANG: 'C.UTF-8' };
  for (const name of ['LC_ALL', 'LANGUAGE', 'LC_MESSAGES']) delete env[name];
  return spawn(
    built('hotliner-agent'),
    [
      'run',
      '--quiet',
      '--code',
      opened.code,
      '--console',
      server.listen,
      '--consent',
      'all',
      ...extra,
      '--',
      ...installer,
    ],
    { env, stdio: ['pipe', 'ignore', 'ignore'] },
  );
}

/** Waits for a process to end; gives its exit code. */
export function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });
}

/** A package that needs one nobody has, and the dpkg command that really fails on it, on a root of its own. */
export async function failingPackage(folder) {
  const root = path.join(folder, 'root');
  for (const part of ['info', 'updates', 'triggers'])
    mkdirSync(path.join(root, 'var/lib/dpkg', part), { recursive: true });
  mkdirSync(path.join(root, 'var/log'), { recursive: true });
  writeFileSync(path.join(root, 'var/lib/dpkg/status'), '');
  writeFileSync(path.join(root, 'var/log/dpkg.log'), '');
  const tree = path.join(folder, 'photo-suite');
  mkdirSync(path.join(tree, 'DEBIAN'), { recursive: true });
  const control =
    'Package: photo-suite\nVersion: 4.1\nArchitecture: all\nMaintainer: Photo Suite <support@example.org>\n' +
    'Depends: libphoto-core (>= 3.2)\nDescription: asks for something nobody has\n';
  writeFileSync(path.join(tree, 'DEBIAN/control'), control);
  const deb = path.join(folder, 'photo-suite.deb');
  const made = await run('dpkg-deb', ['--build', tree, deb]);
  if (made.code !== 0) throw new Error(`dpkg-deb: ${made.stderr}`);
  const own = [`--root=${root}`, `--log=${root}/var/log/dpkg.log`, '--force-not-root', '--force-bad-path'];
  return ['dpkg', ...own, '--install', deb];
}

/** A shell script in `folder`; gives its path. */
export function script(folder, name, text) {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}
