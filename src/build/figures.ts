// npm run figures (after npm run build): what a visit costs, measured on the built site: bytes as a host would send them
// (brotli), and the time from the click on Run to the result, cold and warm, as it is and with the processor slowed down
// four times, and what typing costs. `npm run figures -- pages|weights|times|typing` measures that alone; `npm run figures -- lighthouse [PART OF AN
// ADDRESS]` asks Lighthouse instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright';
import { findChromium, NO_CHROMIUM } from './chromium.ts';
import { lighthouse, PAGES } from './lighthouse.ts';
import { typing } from './typing.ts';

const PORT = 4398;
const SITE = `http://127.0.0.1:${PORT}`;
const RUNS = 5;

interface Load {
  readonly path: string;
  readonly bytes: number;
}

function collect(page: Page): () => Promise<Load[]> {
  const waiting: Promise<Load | null>[] = [];
  page.context().on('response', (response) => {
    waiting.push(
      response
        .body()
        .then((body) => ({
          path: new URL(response.url()).pathname,
          bytes: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
        }))
        .catch(() => null),
    );
  });
  return async () => (await Promise.all(waiting)).filter((load) => load !== null);
}

const isFont = (load: Load): boolean => /\.(woff2|ttf)$/.test(load.path);
const kilobytes = (loads: readonly Load[]): string =>
  `${(loads.reduce((sum, load) => sum + load.bytes, 0) / 1000).toFixed(1)} kB`;

/** What each page to read costs its first visitor: everything but fonts, the fonts, and how its HTML comes from a host that knows gzip only. */
async function pages(browser: Browser): Promise<void> {
  console.log(`${''.padEnd(32)}without fonts      fonts   HTML as gzip`);
  for (const path of ['my', 'en'].flatMap((language) => PAGES.map((page) => `/${language}/${page}`))) {
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    const loaded = collect(page);
    await page.goto(SITE + path, { waitUntil: 'networkidle' });
    await page.evaluate(() => document.fonts.ready);
    const all = await loaded();
    const html = gzipSync(await (await page.request.get(SITE + path)).body()).length;
    const cells = [all.filter((load) => !isFont(load)), all.filter(isFont)].map((it) => kilobytes(it).padStart(11));
    console.log(`${path.padEnd(32)}${cells.join('')}${`${(html / 1000).toFixed(1)} kB`.padStart(15)}`);
    await context.close();
  }
}

async function weights(browser: Browser): Promise<void> {
  for (const language of ['my', 'en']) {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      // What the worker fetches ahead, for reading offline, is no part of what the page asks for.
      serviceWorkers: 'block',
    });
    const loaded = collect(page);
    await page.goto(`${SITE}/${language}/what-is-ebpf/`, { waitUntil: 'networkidle' });
    const reading = await loaded();
    await runOnce(page);
    await page.waitForLoadState('networkidle');
    const run = (await loaded()).slice(reading.length);
    await page.locator('[data-example] [data-action="edit"]').first().click();
    await page.locator('.monaco-editor').first().waitFor();
    await page.waitForLoadState('networkidle');
    const edit = (await loaded()).slice(reading.length + run.length);
    console.log(
      `${language}: reading page ${kilobytes(reading.filter((l) => !isFont(l)))}, its fonts ${kilobytes(reading.filter(isFont))}`,
    );
    console.log(`${language}: lab at the first Run ${kilobytes(run)}`);
    for (const load of run) console.log(`      ${load.path} ${kilobytes([load])}`);
    console.log(`${language}: editor at the first Edit ${kilobytes(edit.filter((l) => !isFont(l)))}`);
    await page.close();
  }
}

/** Milliseconds from the click to the result, measured inside the page. */
function runOnce(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const example = document.querySelector('[data-example]');
        const button = example?.querySelector<HTMLElement>('[data-action="run"]');
        if (!example || !button) return reject(new Error('the page has no example to run'));
        const began = performance.now();
        const result = example.querySelector('.result');
        if (!result) return reject(new Error('the example has no place for a result'));
        const observer = new MutationObserver(() => {
          observer.disconnect();
          resolve(performance.now() - began);
        });
        observer.observe(result, { childList: true });
        button.click();
      }),
  );
}

async function times(browser: Browser, slowdown: number): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.goto(`${SITE}/my/what-is-ebpf/`, { waitUntil: 'networkidle' });
    cold.push(await runOnce(page));
    for (let j = 0; j < 3; j++) await runOnce(page);
    warm.push(await runOnce(page));
    await context.close();
  }
  const median = (list: number[]): string => `${(list.sort((a, b) => a - b)[RUNS >> 1] ?? 0).toFixed(0)} ms`;
  console.log(`click on Run to result, processor ${slowdown} × slowed: cold ${median(cold)}, warm ${median(warm)}`);
}

const executablePath = findChromium();
if (executablePath === null) {
  console.error(NO_CHROMIUM);
  process.exit(2);
}
const server = spawn(process.execPath, [fileURLToPath(new URL('../../e2e/serve.ts', import.meta.url)), String(PORT)], {
  stdio: 'inherit',
});
if (process.argv[2] === 'lighthouse') {
  await once(server, 'spawn');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const perfect = lighthouse(SITE, executablePath, process.argv[3]);
  server.kill();
  process.exit(perfect ? 0 : 1);
}
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const part = process.argv[2];
  const wants = (name: string): boolean => part === undefined || part === name;
  if (wants('pages')) await pages(browser);
  if (wants('weights')) await weights(browser);
  if (wants('times')) {
    await times(browser, 1);
    await times(browser, 4);
  }
  if (wants('typing')) await typing(browser, SITE);
} finally {
  await browser.close();
  server.kill();
}
