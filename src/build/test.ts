// The test command: everything that must hold, in one run, from a clean clone. Ends with one line of totals.
//
//   ASK_LINUX=1                    also ask the kernel of this machine (needs root and bpf())
//   REQUIRE=clang,bpf,chromium     a judge that is absent is a failure, not a skip
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium, installChromium, NO_CHROMIUM } from './chromium.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const results = `${root}test-results/`;
process.chdir(root);

const totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs one command with the project's own tools; true when it ended well. */
function step(name: string, command: string, args: string[], env: Record<string, string> = {}): boolean {
  const began = Date.now();
  console.log(`\n━━ ${name}`);
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', ...env },
  });
  if (error) console.error(error.message);
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

/** Steps without test cases of their own count as one. */
function check(name: string, command: string, args: string[], env: Record<string, string> = {}): boolean {
  const good = step(name, command, args, env);
  if (good) totals.passed++;
  else totals.failed++;
  return good;
}

function report(file: string): unknown {
  return existsSync(results + file) ? JSON.parse(readFileSync(results + file, 'utf8')) : null;
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

check('build the simulated kernel', 'npm', ['run', '-s', 'prepare:kernel']);
// Linting and type checking read the types that Astro makes of the content.
check('types of the content', 'npx', ['astro', 'sync']);
check('format', 'npm', ['run', '-s', 'check:format']);
check('lint', 'npm', ['run', '-s', 'check:lint'], { LINT_TYPES: '1' });

const unit = step('unit tests', 'npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}unit.json`,
]);
const unitReport = report('unit.json') as {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
} | null;
totals.passed += unitReport?.numPassedTests ?? 0;
totals.failed += Math.max(unitReport?.numFailedTests ?? 0, unit ? 0 : 1);
totals.skipped += unitReport?.numPendingTests ?? 0;

const built = check('build the course', 'npx', ['astro', 'build']);
check('types', 'npm', ['run', '-s', 'check:types']);

const chromium = findChromium() ?? installChromium();
if (!chromium) {
  console.error(NO_CHROMIUM);
  const required = (process.env['REQUIRE'] ?? '').split(',').includes('chromium');
  if (required) totals.failed++;
  else totals.skipped++;
} else if (built) {
  const ended = step('end-to-end tests', 'npx', ['playwright', 'test'], {
    CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}e2e.json`,
  });
  const stats = (
    report('e2e.json') as { stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> } | null
  )?.stats;
  totals.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
  totals.failed += Math.max(stats?.unexpected ?? 0, ended ? 0 : 1);
  if (stats?.flaky) console.log(`${stats.flaky} end-to-end tests needed a second try`);
  totals.skipped += stats?.skipped ?? 0;
}

console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
