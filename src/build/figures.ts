// npm run figures (after npm run build): what a visit costs, measured on the built site: bytes as a host would send them
// (brotli), and the time from the click on Run to the result, cold and warm, as it is and with the processor slowed down
// four times, and what typing costs. `npm run figures -- weights|times|typing` measures that alone; `npm run figures -- lighthouse [PART OF AN
// ADDRESS]` asks Lighthouse instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright';
import { findChromium, NO_CHROMIUM } from './chromium.ts';
import { lighthouse } from './lighthouse.ts';

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

/**
 * Typing: milliseconds from a keystroke to the verdict on it, as the page's thread sees it, and that thread's longest task.
 * The keystrokes are a person's: one every 120 ms, through a whole line in the middle of the program.
 */
async function typing(browser: Browser, touch: boolean): Promise<void> {
  const context = await browser.newContext({
    viewport: touch ? { width: 360, height: 740 } : { width: 1440, height: 900 },
    isMobile: touch,
    hasTouch: touch,
  });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen = { tasks: [] as number[], verdicts: [] as number[] };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
    const asked = new Map<number, number>();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the worker that it was called on
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: { id: number; kind: string }, ...rest: never[]) {
      if (message.kind === 'check') {
        asked.set(message.id, performance.now());
        this.addEventListener(
          'message',
          (event: MessageEvent<{ id: number; kind: string }>) => {
            const began = asked.get(event.data.id);
            if (began !== undefined && event.data.kind === 'checked') {
              seen.verdicts.push(performance.now() - began);
              asked.delete(event.data.id);
            }
          },
          { once: false },
        );
      }
      return (post as (...all: unknown[]) => void).call(this, message, ...rest);
    } as typeof post;
  });
  await page.goto(`${SITE}/my/what-is-ebpf/`, { waitUntil: 'networkidle' });
  await runOnce(page);
  await page.locator('[data-example] [data-action="edit"]').first().click();
  await page.locator('.monaco-editor, .cm-editor').first().waitFor();
  await page.waitForTimeout(1000);
  const field = page.locator('textarea.inputarea, .cm-content').first();
  await field.focus();
  await page.keyboard.press('Control+Home');
  for (let i = 0; i < 43; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.type('\n\tbpf_printk("seen %d", 1);', { delay: 120 });
  const warm = await page.evaluate(() => {
    const { seen } = window as unknown as { seen: { tasks: number[]; verdicts: number[] } };
    seen.tasks.length = 0;
    seen.verdicts.length = 0;
    return true;
  });
  if (!warm) throw new Error('the page forgot its measurements');
  await page.keyboard.type('\n\t__u64 now = bpf_ktime_get_ns();\n\tif (now > 1000) return XDP_DROP;', { delay: 120 });
  await page.waitForTimeout(500);
  const { tasks, verdicts } = await page.evaluate(
    () => (window as unknown as { seen: { tasks: number[]; verdicts: number[] } }).seen,
  );
  const sorted = [...verdicts].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(0);
  console.log(
    `typing, ${touch ? 'CodeMirror on a phone' : 'Monaco on a desktop'}: ${verdicts.length} verdicts, ` +
      `median ${at(0.5)} ms, 95th of 100 ${at(0.95)} ms, slowest ${at(1)} ms; longest task of the page's thread ` +
      (tasks.length === 0 ? 'below 50 ms' : `${Math.max(...tasks).toFixed(0)} ms (${tasks.length} above 50 ms)`),
  );
  await context.close();
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
  if (wants('weights')) await weights(browser);
  if (wants('times')) {
    await times(browser, 1);
    await times(browser, 4);
  }
  if (wants('typing')) {
    await typing(browser, false);
    await typing(browser, true);
  }
} finally {
  await browser.close();
  server.kill();
}
