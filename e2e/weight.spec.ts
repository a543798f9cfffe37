// What a visit costs: budgets for reading, for the lab and for the editor, and nothing before it is asked for.
import { brotliCompressSync, constants } from 'node:zlib';
import type { Page } from 'playwright/test';
import { Example, expect, languages, test } from './support.ts';

interface Load {
  readonly path: string;
  readonly brotli: number;
}

/** Everything that the page loads from now on, with its size as a host would send it. */
function loads(page: Page): { all: () => Promise<Load[]> } {
  const waiting: Promise<Load | null>[] = [];
  page.context().on('response', (response) => {
    waiting.push(
      response
        .body()
        .then((body) => ({
          path: new URL(response.url()).pathname,
          brotli: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length,
        }))
        .catch(() => null),
    );
  });
  return { all: async () => (await Promise.all(waiting)).filter((load) => load !== null) };
}

const kilobytes = (loads: readonly Load[]): number => loads.reduce((sum, load) => sum + load.brotli, 0) / 1000;
const isFont = (load: Load): boolean => /\.(woff2|ttf)$/.test(load.path);

/** Milliseconds from the click on Run to the result in the page, by the page's own clock. */
function timeOfRun(example: Example): Promise<number> {
  return example.root.evaluate(
    (root) =>
      new Promise<number>((resolve) => {
        const result = root.querySelector('.result');
        const before = performance.now();
        const watch = new MutationObserver(() => {
          if (!result?.querySelector('.packet-row')) return;
          watch.disconnect();
          resolve(Math.round(performance.now() - before));
        });
        if (result) watch.observe(result, { childList: true, subtree: true });
        root.querySelector<HTMLElement>('[data-action="run"]')?.click();
      }),
  );
}

for (const language of languages) {
  test(`${language}: reading ≤ 60 kB without fonts, the lab ≤ 450 kB at the first Run, the editor only at Edit`, async ({
    page,
    isMobile,
  }) => {
    const loaded = loads(page);
    await page.goto(`/${language}/what-is-ebpf/`, { waitUntil: 'networkidle' });
    // Its scripts have run and its faces are there: whatever comes later, comes for something else.
    await expect(page.locator('[data-settings][data-ready]')).toBeAttached();
    await page.evaluate(() => document.fonts.ready);
    await page.waitForLoadState('networkidle');
    const reading = await loaded.all();
    expect(reading.map((load) => load.path).filter((path) => /monaco|workbench|worker|wasm/.test(path))).toEqual([]);
    expect(kilobytes(reading.filter((load) => !isFont(load)))).toBeLessThanOrEqual(60);
    for (const font of reading.filter(isFont)) expect(font.brotli, font.path).toBeLessThanOrEqual(30_000);

    const example = new Example(page);
    const cold = await timeOfRun(example);
    const warm = await timeOfRun(example);
    test.info().annotations.push({ type: 'time', description: `Run: ${cold} ms cold, ${warm} ms warm` });
    const afterRun = await loaded.all();
    const lab = afterRun.slice(reading.length).filter((load) => !isFont(load));
    expect(lab.map((load) => load.path).filter((path) => /monaco|editor/.test(path))).toEqual([]);
    expect(kilobytes(lab)).toBeLessThanOrEqual(450);

    await example.edit();
    await page.waitForLoadState('networkidle');
    const editor = (await loaded.all()).slice(afterRun.length).filter((load) => !isFont(load));
    expect(kilobytes(editor)).toBeLessThanOrEqual(isMobile ? 150 : 900);
    const figures = { reading: reading.filter((load) => !isFont(load)), lab, editor };
    for (const [part, list] of Object.entries(figures)) {
      const each = list.map((load) => `${load.path.split('/').at(-1) ?? ''} ${(load.brotli / 1000).toFixed(1)}`);
      const description = `${part} ${kilobytes(list).toFixed(1)} kB: ${each.join(', ')}`;
      test.info().annotations.push({ type: 'size', description });
    }
  });
}

for (const language of languages) {
  // The bytes are the same on a phone.
  test(
    `${language}: no page to read weighs more than 60 kB, and its letters no more`,
    { tag: '@desktop' },
    async ({ browser, baseURL, request }) => {
      test.setTimeout(240_000);
      const sitemap = await (await request.get('/sitemap.xml')).text();
      const paths = [...sitemap.matchAll(/<loc>([^<]+)<\/loc>/g)]
        .map(([, address = '']) => new URL(address).pathname)
        .filter((path) => path.startsWith(`/${language}/`) && !path.endsWith('/playground/'));
      expect(paths.length).toBeGreaterThan(5);
      const weigh = async (path: string): Promise<void> => {
        // A context of its own: nothing is cached, each page is somebody's first.
        const context = await browser.newContext({ baseURL: baseURL ?? '' });
        const first = await context.newPage();
        const loaded = loads(first);
        await first.goto(path, { waitUntil: 'networkidle' });
        await first.evaluate(() => document.fonts.ready);
        const all = await loaded.all();
        expect(kilobytes(all.filter((load) => !isFont(load))), path).toBeLessThanOrEqual(60);
        const fonts = all.filter(isFont);
        expect(kilobytes(fonts), path).toBeLessThanOrEqual(75);
        // The whole typefaces are for languages that the course is not written in.
        expect(fonts.filter((load) => load.path.includes('noto-sans'))).toEqual([]);
        await context.close();
      };
      // Most of it is waiting for a page to be quiet, which four can do together.
      while (paths.length > 0) await Promise.all(paths.splice(0, 4).map(weigh));
    },
  );
}

test('every page carries a strict policy', async ({ page }) => {
  for (const path of [
    '/',
    '/my/',
    '/en/what-is-ebpf/',
    '/my/glossary/',
    '/my/translations/',
    '/en/reference/helpers/',
    '/404.html',
  ]) {
    await page.goto(path);
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/'unsafe-eval'|https?:|script-src[^;]*'unsafe-inline'/);
    const editor = await page.locator('html[data-editor]').count();
    expect(/style-src[^;]*'unsafe-inline'/.test(policy ?? '')).toBe(editor > 0);
  }
});
