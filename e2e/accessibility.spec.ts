// axe finds nothing, on every kind of page, in both languages, light and dark; with a result shown and an editor open.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { Example, expect, languages, test, xdpDrop } from './support.ts';

/** What axe finds on the page, or in the parts that `within` selects. */
async function violations(page: Page, within = 'html'): Promise<string[]> {
  const found = await new AxeBuilder({ page }).include(within).analyze();
  return found.violations.map(
    (violation) =>
      `${violation.impact ?? ''} ${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' } as never);
    for (const language of languages) {
      for (const [name, paths] of [
        ['pages to read', ['/', `/${language}/`, `/${language}/glossary/`, '/404.html']],
        ['chapters 1 and 2', ['what-is-ebpf/', 'kernel-patch/'].map((it) => `/${language}/${it}`)],
        ['chapters 3 and 4', ['kernel-module/', 'ebpf-program/', 'three-ways/'].map((it) => `/${language}/${it}`)],
        [
          'workshop and reference',
          [
            'translations/',
            'reference/',
            'reference/helpers/',
            'reference/programs/',
            'reference/messages/',
            'reference/messages/memory/',
            'reference/differences/',
            'reference/measured/',
          ].map((it) => `/${language}/${it}`),
        ],
      ] as const) {
        test(`${language}: ${name}`, async ({ page }) => {
          for (const path of paths) {
            await page.goto(path);
            expect(await violations(page), path).toEqual([]);
          }
        });
      }

      test(`${language}: the search with something found, and both languages side by side`, async ({ page }) => {
        await page.goto(`/${language}/what-is-ebpf/`);
        await page.locator('button.both').click();
        await expect(page.locator('.other-language').first()).toBeVisible();
        expect(await violations(page, '.prose'), 'side by side').toEqual([]);
        await page.locator('[data-search]').click();
        await page.getByRole('searchbox').fill('packet');
        await expect(page.locator('.hits a').first()).toBeVisible();
        expect(await violations(page, 'dialog'), 'search').toEqual([]);
      });

      test(`${language}: an example with its result, a refusal and an editor`, async ({ page }) => {
        await page.goto(`/${language}/what-is-ebpf/`);
        const example = new Example(page);
        await example.run();
        await expect(example.result).toBeVisible();
        expect(await violations(page, '.example'), 'result').toEqual([]);
        await example.choose(xdpDrop.variants[0]?.file ?? '');
        await example.run();
        await expect(example.problems).toHaveCount(1);
        expect(await violations(page, '.example'), 'refusal').toEqual([]);
        await example.edit();
        await page.waitForTimeout(300);
        expect(await violations(page, '.example'), 'editor').toEqual([]);
      });
    }
  });
}
