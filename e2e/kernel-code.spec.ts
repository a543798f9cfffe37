// Modules and patches on the playground page: opened from the list, run, dead and restarted, edited and kept, shared, taken along to Linux.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import type waysOf from '../content/ui/en/ways.json';
import { violations } from './axe.ts';
import { Example, expect, languages, test, words } from './support.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const fates = (example: Example): Promise<(string | null)[]> =>
  example.result.locator('.packet-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-fate')));

async function open(page: Page, language: string, fragment = ''): Promise<Example> {
  await page.goto(`/${language}/playground/${fragment}`);
  await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
  return new Example(page);
}

for (const language of languages) {
  const strings = words(language);
  const ways = JSON.parse(read(`content/ui/${language}/ways.json`)) as typeof waysOf;

  test(`${language}: a module dies, is restarted, mended, kept and shared`, async ({ page, browser, baseURL }) => {
    const example = await open(page, language, '#example=kernel-module&file=null-bug.c');
    await expect(example.button('run')).toHaveText(ways['run-module']);
    await example.run();
    await expect(example.result.locator('.disaster')).toContainText(ways['title-panicked']);
    await expect(example.status).toHaveText(ways['title-panicked']);
    expect(await fates(example)).toEqual(['refused', 'refused', 'fatal', 'unseen', 'unseen', 'unseen', 'unseen']);
    await expect(page.locator('.program.shown .line.marked')).toContainText('rule->packets++');
    expect(await violations(page, '.playground')).toEqual([]);
    await example.result.locator('[data-action="reboot"]').click();
    await expect(example.result.locator('.rebooted')).toContainText(ways.rebooted);
    await expect(example.button('run')).toBeFocused();

    // Mended, it lives; a word that is none is refused before anything is loaded.
    const bug = read('examples/kernel-module/null-bug.c');
    const mended = bug.replace('\n\trule->packets++;', '\n\tif (!rule)\n\t\treturn NF_ACCEPT;\n\trule->packets++;');
    expect(mended).not.toBe(bug);
    await example.edit();
    await example.replace(mended.replace('return NF_ACCEPT;', 'retrun NF_ACCEPT;'));
    await expect(example.problems.first()).toBeAttached();
    await example.run();
    await expect(page.locator('[data-tab="problems"]')).toHaveAttribute('aria-selected', 'true');
    await page.locator('[data-tab="result"]').click();
    await expect(example.result.locator('.stamp')).toHaveText(ways['not-built']);
    await example.replace(mended);
    await expect(example.problems).toHaveCount(0);
    await example.run();
    await expect(example.result.locator('.stamp')).toHaveText(ways['started-module']);
    expect(await fates(example)).not.toContain('fatal');

    await page.locator('.menu summary').click();
    await page.getByRole('button', { name: strings.share }).click();
    const link = await page.locator('.playground-notices input').inputValue();
    const context = await browser.newContext({ baseURL: baseURL ?? '', serviceWorkers: 'block' });
    const other = await context.newPage();
    await other.goto(link);
    await other.getByRole('button', { name: strings['shared-look'] }).click();
    await expect(other.locator('.program.shown[data-file="null-bug.c"] pre')).toContainText('if (!rule)');
    const theirs = new Example(other);
    await theirs.run();
    await expect(theirs.result.locator('.stamp')).toHaveText(ways['started-module']);
    await context.close();

    await page.reload();
    await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
    await example.choose('null-bug.c');
    await expect(example.program('null-bug.c').locator('pre')).toContainText('if (!rule)');
  });

  test(`${language}: a patch from the list is built and booted; its folder has what Linux needs`, async ({ page }) => {
    const example = await open(page, language);
    await page.locator('.choose select').selectOption('kernel-patch');
    await expect(example.root).toHaveAttribute('data-kind', 'patch');
    await expect(example.button('run')).toHaveText(ways['run-patch']);
    await example.run();
    await expect(example.result.locator('.stamp')).toHaveText(ways['started-patch']);
    await expect(example.result.locator('.kernel-log pre')).toContainText('dropped a packet from 10.2.2.1');
    expect(await fates(example)).toContain('refused');

    // Other packets: those that the reader makes go through the patched kernel.
    await page.locator('[data-tab="packets-edit"]').click();
    const source = page.locator('[data-field="ipv4.source"]');
    await source.fill('10.2.2.3');
    await source.press('Enter');
    await page.locator('[data-action="run-packets"]').click();
    await page.locator('[data-tab="result"]').click();
    await expect(example.result.locator('.packet-row').first()).toHaveAttribute('data-fate', 'delivered');

    await page.locator('[data-tab="linux"]').click();
    await expect(page.locator('.linux-panel')).toContainText(ways['linux-text-patch']);
    await expect(page.locator('.linux-panel .commands')).toContainText('make try');
    const [folder] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: strings['download-folder'] }).click(),
    ]);
    const bytes = Buffer.concat((await (await folder.createReadStream()).toArray()) as Buffer[]).toString('latin1');
    for (const name of ['init', 'kernel.config', 'try.sh', 'Makefile', 'ip_input.c'])
      expect(bytes, name).toContain(`examples/kernel-patch/${name}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
}
