// Without a network: what was seen is there, the lab runs, work is kept; a whole language can be kept, and forgotten.
import { Example, expect, languages, site, test, words, xdpDrop } from './support.ts';

test.use({ serviceWorkers: 'allow' });

for (const language of languages) {
  const strings = site(language).offline;

  test(`${language}: a chapter that was read and run once reads and runs offline`, async ({
    page,
    context,
    allowed,
  }) => {
    allowed.push(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
    await page.goto(`/${language}/what-is-ebpf/`);
    // The worker has the page once it offers to keep more.
    await expect(page.locator('.keep-offline button')).toBeVisible();
    const example = new Example(page);
    await example.run();
    await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    const [face, letter] = language === 'my' ? ['Course Burmese', 'က'] : ['Course Latin', 'a'];
    expect(await page.evaluate(([one, text]) => document.fonts.check(`16px '${one}'`, text), [face, letter])).toBe(
      true,
    );
    await example.run();
    await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
    // What was never here says so.
    await page.goto(`/${language}/glossary/`);
    await expect(page.getByText('no network', { exact: false })).toBeVisible();
  });

  test(`${language}: the whole language on request, with the editor, and forgotten again`, async ({
    page,
    context,
    allowed,
  }) => {
    allowed.push(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
    await page.goto(`/${language}/`);
    const keep = page.locator('.keep-offline button');
    await expect(keep).toHaveText(/\d\.\d MB/);
    await keep.click();
    await expect(page.locator('.keep-offline [role=status]')).toHaveText(strings.kept, { timeout: 60_000 });
    await context.setOffline(true);
    for (const path of ['glossary', 'what-is-ebpf', 'playground']) {
      await page.goto(`/${language}/${path}/`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    }
    const example = new Example(page);
    await example.run();
    await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
    await example.edit();
    await example.replace('int x = ;\n');
    await expect(example.problems.first()).toBeAttached();
    await page.waitForTimeout(600);
    await page.reload();
    await expect(page.locator('.edited-mark').first()).toHaveText(words(language).edited);
    await context.setOffline(false);
    await page.goto(`/${language}/`);
    await expect(keep).toHaveText(strings.forget);
    await keep.click();
    await expect(page.locator('.keep-offline [role=status]')).toHaveText(strings.forgotten);
    expect(await page.evaluate(() => caches.keys())).toEqual([]);
  });
}

test('a new version takes its turn without losing what is being written', async ({ page, context, allowed }) => {
  allowed.push(/Failed to load resource/);
  await page.goto('/en/what-is-ebpf/');
  await expect(page.locator('.keep-offline button')).toBeVisible();
  const example = new Example(page);
  await example.edit();
  await example.replace('int mine;\n');
  await page.waitForTimeout(600);
  // The host publishes anew: another worker, the page's files as they were.
  await context.route('**/sw.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n// a newer version` });
  });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  await expect(example.root.locator('.monaco-editor, .cm-editor').first()).toContainText('int mine;');
  await page.goto('/en/what-is-ebpf/');
  await expect(page.locator('.program').first().locator('pre')).toContainText('int mine;');
});
