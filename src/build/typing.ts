// npm run figures -- typing: what typing costs, in every chapter's first example, in both editors. Milliseconds from the key
// (the browser's own time of the event) until what compiler and verifier say of the new text stands in the editor, and the
// longest task of the page's thread meanwhile. The keystrokes are a person's: one every 120 ms, most of the time no valid C.
import { readdirSync } from 'node:fs';
import type { Browser } from 'playwright';

/** Something that takes a while each time: declarations, a call, a member, a condition, in eBPF and in the kernel. */
const WARM_UP = '\nint typed = 1;\ntyped += 2;';
const TYPED = '\nunsigned long seen = 12345;\nif (seen > 1000 && typed < 3) return 0;';
const BETWEEN = 120;

interface Seen {
  readonly tasks: number[];
  readonly verdicts: number[];
}

/** Runs in the page: notes long tasks, and for each check the time from its key to its answer's having been dealt with. */
function watch(): void {
  const seen: Seen = { tasks: [], verdicts: [] };
  Object.assign(window, { seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
  }).observe({ type: 'longtask' });
  let key = 0;
  window.addEventListener('keydown', (event) => (key = event.timeStamp), true);
  const asked = new Map<number, number>();
  const listening = new WeakSet<Worker>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the worker that it was called on
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: { id: number; kind: string }, ...rest: never[]) {
    if (message.kind === 'check') asked.set(message.id, key);
    if (!listening.has(this)) {
      listening.add(this);
      // Behind the page's own listener: what it does with the answer is over.
      this.addEventListener('message', (event: MessageEvent<{ id: number; kind: string }>) => {
        const began = asked.get(event.data.id);
        if (began === undefined || event.data.kind !== 'checked') return;
        seen.verdicts.push(performance.now() - began);
        asked.delete(event.data.id);
      });
    }
    return (post as (...all: unknown[]) => void).call(this, message, ...rest);
  } as typeof post;
}

/** One line: the chapter, the editor, and its figures. */
async function typeInto(browser: Browser, address: string, touch: boolean): Promise<string> {
  const context = await browser.newContext({
    viewport: touch ? { width: 360, height: 740 } : { width: 1440, height: 900 },
    isMobile: touch,
    hasTouch: touch,
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(address, { waitUntil: 'networkidle' });
  const example = page.locator('[data-example]').first();
  await example.locator('[data-action="edit"]').click();
  await page.locator('.monaco-editor, .cm-editor').first().waitFor();
  await page.waitForTimeout(1000);
  const file = (await example.locator('.program.shown').getAttribute('data-file')) ?? '';
  // Behind the brace that opens the first function.
  const down = await example
    .locator('.program.shown pre')
    .evaluate((it) =>
      [...it.querySelectorAll('.line')].findIndex((line) => /^\{$|\)\s*\{$/.test(line.textContent.trimEnd())),
    );
  await page.locator('textarea.inputarea, .cm-content').first().focus();
  await page.keyboard.press('Control+Home');
  for (let i = 0; i < down; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.type(WARM_UP, { delay: BETWEEN });
  await page.waitForTimeout(800);
  await page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen };
    seen.tasks.length = 0;
    seen.verdicts.length = 0;
  });
  await page.keyboard.type(TYPED, { delay: BETWEEN });
  await page.waitForTimeout(500);
  const { tasks, verdicts } = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  await context.close();
  const sorted = [...verdicts].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(0).padStart(4);
  const longest = tasks.length === 0 ? 'below 50 ms' : `${Math.max(...tasks).toFixed(0)} ms (${tasks.length} above 50)`;
  return (
    `${file.padEnd(16)}${touch ? 'CodeMirror, phone ' : 'Monaco, desktop   '}` +
    `${String(verdicts.length).padStart(4)} verdicts, median${at(0.5)} ms, 95th of 100${at(0.95)}, slowest${at(1)}; longest task ${longest}`
  );
}

/** The aims: every verdict within 50 ms of its key, no task above 50 ms. */
export async function typing(browser: Browser, site: string): Promise<void> {
  const chapters = readdirSync(new URL('../../content/chapters/', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name.replace(/^\d+-/, ''));
  for (const chapter of chapters) {
    for (const touch of [false, true]) console.log(await typeInto(browser, `${site}/my/${chapter}/`, touch));
  }
}
