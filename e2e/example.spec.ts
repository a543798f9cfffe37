// The first light: read, run, break, be refused on the line, mend, pass; and nothing that was typed is ever lost.
import type { Locator } from 'playwright/test';
import { Example, expect, languages, source, test, words, xdpDrop } from './support.ts';

const main = source(xdpDrop.main);
const check = '	if ((void *)(ip + 1) > data_end)\n		return XDP_PASS;\n';
const broken = main.replace(check, '');

for (const language of languages) {
  test.describe(language, () => {
    const strings = words(language);

    test('read, run, break, refused on the line, mend, pass, reload', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = new Example(page);
      await expect(example.root.locator('.expected:visible .packet-row')).toHaveCount(xdpDrop.scenario.packets.length);

      // Run, without an editor: every packet as expected, the counters as expected.
      await example.run();
      await expect(example.result).toBeVisible();
      const expected = xdpDrop.scenario.packets.map((packet) => packet.expect ?? '');
      await expect
        .poll(() =>
          example.result
            .locator('.packet-row')
            .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-verdict'))),
        )
        .toEqual(expected);
      await expect(example.result.locator('.unexpected')).toHaveCount(0);
      await expect(example.result.locator('[data-map="counters"] tbody tr')).toHaveText([/0\s*2/, /1\s*2/]);
      await expect(example.root.locator('.editor')).toHaveCount(0);

      // Edit: without the check the verifier refuses, on the line that reads.
      await example.edit();
      await example.replace(broken);
      const problem = example.problems.first();
      await expect(problem).toBeVisible();
      const line = broken.split('\n').findIndex((text) => text.includes('eth->h_proto')) + 1;
      await expect(problem).toHaveAttribute('data-line', String(line));
      await expect(problem).toContainText('outside of the packet');
      await expect(example.root.locator('.edited-mark').first()).toBeVisible();
      await example.run();
      await expect(example.result).toContainText(strings.refused.replace('{program}', 'xdp_drop'));

      // A reload keeps what was typed, in the page before any editor is opened.
      await page.reload();
      const kept = example.program(xdpDrop.main).locator('pre');
      await expect(kept).not.toContainText('(ip + 1) > data_end');
      await expect(example.root.locator('.edited-mark').first()).toBeVisible();

      // Mend it, and it passes again.
      await example.edit();
      await example.replace(main.replace('0x0a020201', '0x0a020203'));
      await expect(example.problems).toHaveCount(0);
      await expect(example.status).toHaveText(strings.clean);
      await example.run();
      await expect(example.result.locator('.packet-row').first()).toHaveAttribute('data-verdict', 'XDP_DROP');

      // Back to the original, and the way back.
      await example.button('reset').click();
      await expect(example.root.locator('.edited-mark').first()).toBeHidden();
      await expect(example.button('reset')).toHaveText(strings['undo-reset']);
      await example.button('reset').click();
      await expect(example.root.locator('.edited-mark').first()).toBeVisible();
    });

    test('every broken version is refused as Linux refuses it', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = new Example(page);
      for (const variant of xdpDrop.variants) {
        await example.choose(variant.file);
        await example.run();
        const problem = example.problems.first();
        await expect(problem).toContainText(variant.message);
        await expect(problem).toHaveAttribute('data-line', String(variant.line));
        const marked = example.program(variant.file).locator('.line.marked');
        await expect(marked).toHaveCount(1);
        const number = (line: Element): number =>
          [...(line.parentElement?.querySelectorAll('.line') ?? [])].indexOf(line) + 1;
        expect(await marked.evaluate(number)).toBe(variant.line);
        await expect(example.result).toContainText(strings['not-run']);
        await expect(example.result.locator('.packet-row')).toHaveCount(0);
      }
    });

    test('opening the editor moves nothing', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      await page.evaluate(() => document.fonts.ready);
      const example = new Example(page);
      const surface = example.program(xdpDrop.main).locator('.surface');
      const before = await surface.boundingBox();
      /** Where a line's first character stands in the surface. */
      const character = (line: Locator) =>
        line.evaluate((it) => {
          const walker = document.createTreeWalker(it, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          range.selectNodeContents(walker.nextNode() ?? it);
          const box = range.getClientRects()[0];
          const root = it.closest('.surface')?.getBoundingClientRect();
          return { x: (box?.left ?? 0) - (root?.left ?? 0), y: (box?.top ?? 0) - (root?.top ?? 0) };
        });
      const still = await character(surface.locator('.line').nth(2));
      await example.edit();
      // The editor lays itself out once more when its typeface is there.
      await expect
        .poll(async () => Math.abs(((await surface.boundingBox())?.height ?? 0) - (before?.height ?? 0)))
        .toBeLessThanOrEqual(2);
      const now = await character(surface.locator('.view-line, .cm-line').nth(2));
      expect(Math.abs(now.x - still.x)).toBeLessThanOrEqual(1.5);
      expect(Math.abs(now.y - still.y)).toBeLessThanOrEqual(6);
    });
  });
}

// Once is enough: storage is the same everywhere.
test('two tabs never overwrite each other silently', { tag: '@desktop' }, async ({ context, page }) => {
  const strings = words('en');
  await page.goto('/en/what-is-ebpf/');
  const second = await context.newPage();
  await second.goto('/en/what-is-ebpf/');
  const mine = new Example(page);
  const theirs = new Example(second);
  await mine.edit();
  await theirs.edit();
  await mine.replace(main.replace('/* 10.2.2.1 */', '/* mine */'));
  await expect(mine.status).toHaveText(strings.clean);
  await expect(theirs.root.getByText(strings.conflict)).toBeVisible();
  await theirs.replace(main.replace('/* 10.2.2.1 */', '/* theirs */'));
  await expect(theirs.status).toHaveText(strings.clean);
  const stored = () => page.evaluate(() => localStorage.getItem('meet-ebpf:edit:xdp-drop:drop.bpf.c') ?? '');
  expect(await stored()).toContain('mine');
  await theirs.root.getByRole('button', { name: strings['conflict-mine'] }).click();
  await expect.poll(stored).toContain('theirs');
  await expect(mine.root.getByText(strings.conflict)).toBeVisible();
  await mine.root.getByRole('button', { name: strings['conflict-theirs'] }).click();
  await mine.root.locator('.program:visible textarea.inputarea').focus();
  await page.keyboard.press('Control+Home');
  await expect(mine.root.locator('.view-lines')).toContainText('theirs');
});

test('a browser that forbids storage is said, not suffered', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await page.goto('/en/what-is-ebpf/');
  const example = new Example(page);
  await example.edit();
  await example.replace(main.replace('/* 10.2.2.1 */', ''));
  await expect(example.root.getByText(words('en')['storage-forbidden'])).toBeVisible();
  await example.run();
  await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
});

// A phone has no Tab key.
test('the whole journey goes by keyboard', { tag: '@desktop' }, async ({ page }) => {
  await page.goto('/en/what-is-ebpf/');
  const example = new Example(page);
  await example.button('run').focus();
  await page.keyboard.press('Enter');
  await expect(example.result).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(example.button('edit')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(example.root.locator('.monaco-editor')).toBeVisible();
  await page.keyboard.type('x');
  await expect(example.problems.first()).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(example.problems).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(example.button('run')).toBeFocused();
});
