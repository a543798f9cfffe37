// Reading: both languages, with and without script, light and dark, and from one language to the other.
import { expect, languages, site, source, test, words, xdpDrop } from './support.ts';

const other = { my: 'en', en: 'my' } as const;

for (const language of languages) {
  test.describe(language, () => {
    const strings = site(language);

    test('the door leads to the first chapter', async ({ page }) => {
      await page.goto('/');
      await page.locator(`section[lang="${language}"]`).getByRole('link', { name: strings.chapters.start }).click();
      await expect(page).toHaveURL(`/${language}/what-is-ebpf/`);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    });

    test('the chapter list names every chapter', async ({ page }) => {
      await page.goto(`/${language}/`);
      await page.getByRole('heading', { name: strings.chapters.title }).waitFor();
      await page.locator('.part a').first().click();
      await expect(page).toHaveURL(`/${language}/what-is-ebpf/`);
    });

    test('changing the language keeps the section', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const heading = page.locator('.prose h2[id]').nth(2);
      const id = await heading.getAttribute('id');
      await heading.evaluate((it) => it.scrollIntoView({ behavior: 'instant' }));
      await page.locator('[data-language-switch]').evaluate((it) => (it as HTMLElement).click());
      await expect(page).toHaveURL(`/${other[language]}/what-is-ebpf/#${id ?? ''}`);
      await expect(page.locator(`[id="${id ?? ''}"]`)).toBeInViewport();
    });

    test('a page names its siblings, its address and a card', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const href = (selector: string) => page.locator(selector).getAttribute('href');
      expect(new URL((await href('link[rel=canonical]')) ?? '').pathname).toBe(`/${language}/what-is-ebpf/`);
      for (const sibling of languages) {
        expect(new URL((await href(`link[hreflang=${sibling}]`)) ?? '').pathname).toBe(`/${sibling}/what-is-ebpf/`);
      }
      const card = await page.locator('meta[property="og:image"]').getAttribute('content');
      expect((await page.request.get(new URL(card ?? '').pathname)).status()).toBe(200);
    });

    test('colours and text size are kept, and are there before the first paint', async ({ page }) => {
      await page.goto(`/${language}/`);
      await page.locator('[data-settings] summary').click();
      await page.getByRole('radio', { name: strings.menu['theme-dark'] }).check({ force: true });
      await page.getByRole('radio', { name: strings.menu['size-large'], exact: true }).check({ force: true });
      await page.goto(`/${language}/what-is-ebpf/`, { waitUntil: 'commit' });
      await page.locator('body').waitFor({ state: 'attached' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      await expect(page.locator('html')).toHaveAttribute('data-size', 'large');
    });

    test('a term tells its meaning where it stands', async ({ page, isMobile }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const term = page.locator('.prose .term').first();
      await (isMobile ? term.tap() : term.hover());
      const bubble = page.getByRole('tooltip');
      await expect(bubble).toContainText((await term.getAttribute('data-sense')) ?? '');
      await expect(page).toHaveURL(`/${language}/what-is-ebpf/`);
      await page.keyboard.press('Escape');
      await expect(bubble).toBeHidden();
    });

    test('both languages stand side by side, block beside block', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const paragraphs = await page.locator('.prose > p').count();
      await page.getByRole('button', { name: strings.chapter.both }).click();
      const rows = page.locator('.prose > .pair');
      await expect(rows.first()).toBeVisible();
      expect(await rows.locator('> .other-language').count()).toBeGreaterThanOrEqual(paragraphs);
      await expect(rows.locator('> .other-language').first()).toHaveAttribute('lang', other[language]);
      // Each heading stands beside itself.
      const id = await page.locator('.prose h2[id]').nth(1).getAttribute('id');
      const beside = page.locator(`.pair:has(> [id="${id ?? ''}"]) > .other-language`).first();
      await expect(beside.locator('h2')).toBeVisible();
      await page.getByRole('button', { name: strings.chapter.one }).click();
      await expect(rows).toHaveCount(0);
      await expect(page.locator('.prose > p')).toHaveCount(paragraphs);
    });

    test('words fit into the drawings', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      await page.evaluate(() => document.fonts.ready);
      const outside = await page.locator('.drawing .node').evaluateAll((nodes) =>
        nodes
          .filter((node) => node.getBoundingClientRect().width > 0)
          .flatMap((node) => {
            const shape = node.querySelector('rect, path')?.getBoundingClientRect();
            const text = node.querySelector('text')?.getBoundingClientRect();
            if (!shape || !text) return ['a node without shape or words'];
            const fits =
              text.left >= shape.left + 2 && text.right <= shape.right - 2 && text.height <= shape.height + 6;
            return fits ? [] : [`${node.getAttribute('data-node') ?? ''}: ${text.width} in ${shape.width}`];
          }),
      );
      expect(outside).toEqual([]);
    });

    // A phone has no Tab key.
    test('the keyboard reaches the text at once', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      await page.keyboard.press('Tab');
      await expect(page.getByRole('link', { name: strings.skip })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(page.locator('#main')).toBeFocused();
    });
  });
}

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });
  for (const language of languages) {
    test(`${language}: code, expected result and Linux commands stand there`, async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = page.locator('.example').first();
      await expect(example.locator('.program:visible')).toHaveCount(1);
      await expect(example.locator('.program:visible pre')).toHaveText(source(xdpDrop.main), { useInnerText: false });
      await expect(example.locator('.expected:visible .packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
      await expect(example.locator('.toolbar')).toBeHidden();
      await example.getByText(words(language).linux, { exact: true }).click();
      await expect(example.locator('.commands')).toContainText('make check');
      const variant = xdpDrop.variants[0];
      await example.locator(`.versions label:has([value="${variant?.file ?? ''}"])`).click();
      await expect(example.locator('.expected:visible')).toContainText(variant?.message ?? '');
    });
  }
});

test('a page that is not there says so in both languages', async ({ page, allowed }) => {
  allowed.push(/404/);
  const response = await page.goto('/my/no-such-chapter/');
  expect(response?.status()).toBe(404);
  for (const language of languages) await expect(page.getByText(site(language).missing.title)).toBeVisible();
});

test('the sitemap names every chapter in both languages', async ({ request }) => {
  const sitemap = await (await request.get('/sitemap.xml')).text();
  for (const language of languages) expect(sitemap).toContain(`/${language}/what-is-ebpf/`);
});
