// What the texts of chapters 2 to 4 promise happens in the page: built and booted, dead on the line that is quoted, an attacker who
// becomes root, refused before it runs, three ways side by side; and a newcomer's walk from the landing page to the last of it.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright/test';
import type wayWords from '../content/ui/en/ways.json';
import { Example, expect, languages, site, source, test, type Language } from './support.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const ways = (language: Language) => JSON.parse(read(`content/ui/${language}/ways.json`)) as typeof wayWords;

/** The example of a chapter that opens with this version. */
class Version extends Example {
  constructor(page: Page, example: string, file: string) {
    super(page);
    (this as { root: Example['root'] }).root = page.locator(`#example-${example}-${file.replace(/\W+/g, '-')}`);
  }
}

/** Starts the n-th comparison on few packets; its status, once it says something else than that it works. */
async function startThreeWays(page: Page, nth: number): Promise<Locator> {
  const lab = page.locator('[data-three-ways]').nth(nth);
  await lab.locator('select[name="count"]').selectOption('1000');
  await lab.locator('[data-action="start"]').click();
  return lab.locator('.status');
}

for (const language of languages) {
  const say = ways(language);
  test.describe(language, () => {
    test('chapter 2: a kernel is built and booted, and refuses whom the patch names', async ({ page }) => {
      await page.goto(`/${language}/kernel-patch/`);
      const patch = new Version(page, 'kernel-patch', 'ip_input.c');
      await expect(patch.button('run')).toContainText(say['run-patch']);
      await patch.run();
      await expect(patch.result).toContainText(say['started-patch'], { timeout: 30_000 });
      await expect(patch.result.locator('.packet-row.dropped')).toHaveCount(4);
      await expect(patch.result.locator('.packet-row.passed')).toHaveCount(3);
      await expect(page.locator('.linux-says pre')).toContainText('ip_rcv_core: dropped a packet from 10.2.2.1');
    });

    test('chapter 3: the machine dies with every line that the text quotes, as the real one did', async ({ page }) => {
      await page.goto(`/${language}/kernel-module/`);
      const bug = new Version(page, 'kernel-module', 'null-bug.c');
      await bug.run();
      await expect(bug.result).toContainText(say['title-panicked'], { timeout: 30_000 });
      await expect(bug.result.getByRole('button', { name: say.reboot })).toBeVisible();
      const simulated = (await bug.result.locator('pre').allTextContents()).join('\n');
      const real = (await page.locator('.linux-says pre').allTextContents()).join('\n');
      const quoted = [...read(`content/chapters/03-kernel-module/${language}.mdx`).matchAll(/\*\*`([^`]+)`\*\*/g)]
        .map(([, line = '']) => line)
        .filter((line) => /BUG|RIP|Call Trace|panic/.test(line));
      expect(quoted).toHaveLength(4);
      for (const line of quoted) {
        // The offsets are the compiler's; the text leaves them open.
        const pattern = new RegExp(line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('0x…', '0x[0-9a-f]+'));
        expect(simulated, 'simulated').toMatch(pattern);
        expect(real, 'real').toMatch(pattern);
      }
    });

    test('chapter 3: silent damage, and an attacker who becomes root', async ({ page }) => {
      await page.goto(`/${language}/kernel-module/`);
      const wild = new Version(page, 'kernel-module', 'wild-write.c');
      await wild.run();
      // 10.2.2.1 is refused before the rule is hit, and comes through afterwards.
      await expect(wild.result.locator('.packet-row').first()).toHaveClass(/dropped/, { timeout: 30_000 });
      await expect(wild.result.locator('.packet-row').last()).toHaveClass(/passed/);
      await expect(wild.result.locator('.packet-row').last()).toContainText('10.2.2.1');
      const secret = new Version(page, 'kernel-module', 'secret.c');
      await secret.run();
      await expect(secret.result).toContainText(say['attack-root'], { timeout: 30_000 });
      await expect(page.locator('.linux-says pre').filter({ hasText: 'attack: uid 0' })).toBeVisible();
    });

    test('chapter 4: the same mistake is refused, and mended as the text says it is accepted', async ({ page }) => {
      await page.goto(`/${language}/ebpf-program/`);
      const bug = new Version(page, 'three-ways', 'null-bug.bpf.c');
      await bug.run();
      await expect(bug.problems).toHaveCount(1, { timeout: 30_000 });
      const text = read('examples/three-ways/null-bug.bpf.c');
      const [, mend = ''] =
        /`(if \(!rule\) return XDP_PASS;)`/.exec(read(`content/chapters/04-ebpf-program/${language}.mdx`)) ?? [];
      expect(mend).not.toBe('');
      await bug.edit();
      await bug.replace(text.replace('rule = find_rule(ip->saddr);', (call) => `${call}\n\t${mend}`));
      await bug.run();
      await expect(bug.result.locator('.packet-row.dropped').first()).toBeVisible({ timeout: 30_000 });
      await expect(bug.problems).toHaveCount(0);
    });

    test('a newcomer’s walk: landing page, chapter 1, break, mend, on to chapter 4, three ways', async ({ page }) => {
      await page.goto(`/${language}/`);
      await page.locator('.hero .actions a').first().click();
      await expect(page).toHaveURL(/what-is-ebpf/);
      await page.waitForLoadState('load');
      const first = new Example(page);
      await first.run();
      await expect(first.result.locator('.packet-row').first()).toBeVisible({ timeout: 30_000 });
      await first.edit();
      await first.replace(source('drop.bpf.c').replace('if (value)\n', ''));
      await first.run();
      await expect(first.problems).toHaveCount(1);
      await first.replace(source('drop.bpf.c'));
      await first.run();
      await expect(first.problems).toHaveCount(0);
      await expect(first.result.locator('.packet-row.dropped')).toHaveCount(2);
      for (const chapter of ['kernel-patch', 'kernel-module', 'ebpf-program']) {
        await page.locator('.neighbours a[rel=next]').click();
        await expect(page).toHaveURL(new RegExp(chapter));
        await page.waitForLoadState('load');
        await expect(page.locator('article h1')).toBeVisible();
      }
      const [before = '', after = ''] = say.same.split('{count}');
      const same = await startThreeWays(page, 0);
      await expect(same).toContainText(before, { timeout: 60_000 });
      await expect(same).toContainText(after);
      await expect(await startThreeWays(page, 1)).toHaveText(say['one-alive'], { timeout: 60_000 });
    });
  });
}

test('the landing page lists the four chapters of part I, in order', async ({ page }) => {
  await page.goto('/en/');
  await expect(page.locator('.chapter-list')).toContainText(site('en').chapters.parts[0] ?? '');
  const addresses = await page
    .locator('.chapter-list a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(addresses.filter((path, at) => addresses.indexOf(path) === at)).toEqual(
    ['what-is-ebpf', 'kernel-patch', 'kernel-module', 'ebpf-program'].map((slug) => `/en/${slug}/`),
  );
});
