// axe finds nothing, on every kind of page, in both languages, light and dark; with a result shown and an editor open. Nothing is wider than
// the screen.
import { violations } from './axe.ts';
import { Example, expect, languages, test, xdpDrop } from './support.ts';

for (const language of languages) {
  const own = (...paths: readonly string[]): string[] => paths.map((path) => `/${language}/${path}`);
  for (const [name, paths] of [
    ['pages to read', ['/', '/404.html', ...own('', 'glossary/', 'translations/')]],
    ['chapters 1 and 2', own('what-is-ebpf/', 'kernel-patch/', 'what-is-ebpf/solutions/')],
    ['chapters 3 and 4', own('kernel-module/', 'ebpf-program/', 'three-ways/', 'examples/kernel-module/')],
    ['tables of the reference', own('reference/', 'reference/helpers/', 'reference/maps/', 'reference/programs/')],
    [
      'messages and differences',
      own('messages/', 'messages/memory/', 'messages/structure/', 'differences/', 'measured/').map((path) =>
        path.replace(`/${language}/`, `/${language}/reference/`),
      ),
    ],
  ] as const) {
    test(`${language}: ${name}`, async ({ page }) => {
      for (const path of paths) {
        await page.goto(path);
        const wider = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wider, path).toBe(0);
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

test('what axe minds is found, in the dark too', { tag: '@desktop' }, async ({ page }) => {
  await page.goto('/en/glossary/');
  await page.evaluate(() => {
    const planted = document.createElement('div');
    planted.innerHTML = '<button></button><p id="pale">Dark grey on what is dark in the dark.</p>';
    document.querySelector('main')?.append(planted);
    document.querySelector<HTMLElement>('#pale')?.style.setProperty('color', '#333333');
  });
  const found = await violations(page);
  expect(found).toHaveLength(2);
  expect(found[0]).toContain('button-name');
  expect(found[1]).toContain('in the dark: serious color-contrast');
});

test('a page that is opened in the dark is drawn in the dark', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? '', colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto('/my/what-is-ebpf/');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [red = 255] = [...ground.matchAll(/\d+/g)].map(Number);
  expect(red).toBeLessThan(60);
  await context.close();
});
