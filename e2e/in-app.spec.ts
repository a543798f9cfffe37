// Inside Facebook's and Telegram's own windows: who begins to edit is told, and takes everything along to a browser.
import { Example, expect, languages, source, test, words, xdpDrop } from './support.ts';

const AGENTS = {
  Facebook:
    'Mozilla/5.0 (Linux; Android 14; SM-A155F Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/472.0.0.0;]',
  Telegram:
    'Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Telegram-Android/10.14.5 (Samsung SM-A155F; Android 14; SDK 34; AVERAGE)',
};

for (const [app, userAgent] of Object.entries(AGENTS)) {
  for (const language of languages) {
    test.describe(`${app}, ${language}`, () => {
      test.use({ userAgent });
      test('the work goes along to a browser', { tag: '@phone' }, async ({ page, browser, baseURL }) => {
        const strings = words(language);
        await page.goto(`/${language}/what-is-ebpf/`);
        const example = new Example(page);
        await expect(page.locator('[data-notice="in-app"]')).toHaveCount(0);
        await example.edit();
        const notice = example.root.locator('[data-notice="in-app"]');
        await expect(notice).toContainText(strings['in-app']);
        await example.replace(source(xdpDrop.main).replace('/* 10.2.2.1 */', '/* ယူသွားမယ် */'));
        await expect(example.status).toHaveText(strings.clean);
        await notice.getByRole('button', { name: strings['in-app-link'] }).click();
        const link = await notice.locator('input').inputValue();
        expect(link).toContain(`/${language}/playground/#p=`);
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          notice.getByRole('button', { name: strings['export-all'] }).click(),
        ]);
        const bytes = Buffer.concat((await (await file.createReadStream()).toArray()) as Buffer[]);
        expect(bytes.toString('utf8')).toContain('ယူသွားမယ်');

        const context = await browser.newContext({ baseURL: baseURL ?? '', serviceWorkers: 'block' });
        const other = await context.newPage();
        await other.goto(link);
        await other.getByRole('button', { name: strings['shared-look'] }).click();
        await expect(other.locator('.program.shown pre')).toContainText('ယူသွားမယ်');
        await context.close();
      });
    });
  }
}

test('in a browser nothing is said', { tag: '@phone' }, async ({ page }) => {
  await page.goto('/en/what-is-ebpf/');
  const example = new Example(page);
  await example.edit();
  await expect(page.locator('[data-notice="in-app"]')).toHaveCount(0);
});

test('a browser that is too old says what it lacks, and loads nothing', { tag: '@phone' }, async ({ page }) => {
  await page.addInitScript(() => {
    delete (Array.prototype as { findLast?: unknown }).findLast;
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/my/what-is-ebpf/');
  const example = new Example(page);
  await expect(example.root.locator('.expected').first()).toBeVisible();
  await example.run();
  await expect(example.status).toContainText('Array.findLast');
  // On the playground page, too: the code is there to be read.
  for (const language of languages) {
    await page.goto(`/${language}/playground/`);
    await expect(page.locator('.playground-notices')).toContainText(words(language)['too-old']);
    await expect(page.locator('.playground-notices')).toContainText('Array.findLast');
    await expect(page.locator('.program[data-file="drop.bpf.c"] pre')).toBeVisible();
    await new Example(page).choose('Makefile');
    await expect(page.locator('.program[data-file="Makefile"] pre')).toBeVisible();
  }
  expect(asked.filter((url) => /workbench|worker|wasm/.test(url))).toEqual([]);
});
