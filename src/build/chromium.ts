// Where is a Chromium for the end-to-end tests? Named by CHROMIUM, on the system, Playwright's own, or installed now in
// the way that this machine allows.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC_PATHS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function onPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
    if (folder && existsSync(file)) return file;
  }
  return null;
}

/** Path of a browser that is there already, or null. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  for (const name of SYSTEM_NAMES) {
    const file = onPath(name);
    if (file) return file;
  }
  for (const file of MAC_PATHS) if (existsSync(file)) return file;
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

/** Installs one: Playwright's download first; where that is out of reach, Debian's package if we are root. */
export function installChromium(): string | null {
  const run = (command: string, args: string[]): void => {
    console.log(`$ ${command} ${args.join(' ')}`);
    spawnSync(command, args, { stdio: 'inherit', timeout: 600_000, shell: process.platform === 'win32' });
  };
  const isRoot = process.getuid?.() === 0;
  if (isRoot && onPath('apt-get')) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
    const file = findChromium();
    if (file) return file;
  }
  run('npx', ['playwright', 'install', ...(isRoot ? ['--with-deps'] : []), 'chromium']);
  return findChromium();
}

export const NO_CHROMIUM =
  'No Chromium was found and none could be installed: install Chromium or Chrome, or name one with CHROMIUM=/path/to/chromium, and run the tests again.';
