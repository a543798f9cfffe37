// Patches and modules in a chapter, and one job done three ways: run, crash, restart, by mouse, finger and keyboard, in both languages.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright/test';
import type waysWords from '../content/ui/en/ways.json';
import { violations } from './axe.ts';
import { expect, languages, test, words as playgroundWords, type Language } from './support.ts';

const wordsOf = (language: Language): typeof waysWords =>
  JSON.parse(readFileSync(new URL(`../content/ui/${language}/ways.json`, import.meta.url), 'utf8')) as typeof waysWords;
const example = (page: Page, name: string, file: string): Locator =>
  page.locator(`#example-${name}-${file.replace(/\W+/g, '-')}`);
const fates = async (root: Locator): Promise<(string | null)[]> =>
  Promise.all((await root.locator('.result [data-fate]').all()).map((row) => row.getAttribute('data-fate')));
const way = (page: Page, name: string): Locator => page.locator(`[data-way="${name}"]`);
const count = async (column: Locator, fate: string): Promise<number> =>
  Number((await column.locator(`[data-fate="${fate}"]`).getAttribute('data-count')) ?? -1);

/** Chooses and starts on /…/three-ways/; waits until all is told. */
async function compare(page: Page, fault: string, packets = '1000'): Promise<void> {
  await page.locator('select[name="fault"]').selectOption(fault);
  await page.locator('select[name="count"]').selectOption(packets);
  await page.locator('[data-action="start"]').click();
  await expect(page.locator('[data-three-ways]')).toHaveAttribute('data-ran', fault, { timeout: 60_000 });
  await expect(page.locator('[data-action="start"]')).toBeVisible();
}

for (const language of languages) {
  const ways = wordsOf(language);
  const strings = playgroundWords(language);

  test.describe(language, () => {
    test('a patch is built and booted in the chapter', async ({ page }) => {
      await page.goto(`/${language}/kernel-patch/`);
      const root = example(page, 'kernel-patch', 'ip_input.c');
      await expect(root.locator('[data-action="run"]')).toHaveText(ways['run-patch']);
      await root.locator('[data-action="run"]').click();
      await expect(root.locator('.stamp')).toHaveText(ways['started-patch']);
      expect(await fates(root)).toContain('refused');
      expect(await fates(root)).toContain('delivered');
      await expect(root.locator('.kernel-log pre')).toContainText('ip_rcv_core: dropped a packet from 10.2.2.1');
      await expect(page.locator('.patch-road li')).toHaveCount(6);
    });

    test('a module with a mistake ends the machine, says where, and a restart brings it back', async ({ page }) => {
      await page.goto(`/${language}/kernel-module/`);
      const root = example(page, 'kernel-module', 'null-bug.c');
      await expect(root.locator('.expected').filter({ visible: true })).toContainText(
        'BUG: kernel NULL pointer dereference',
      );
      await root.locator('[data-action="run"]').click();
      await expect(root.locator('.disaster')).toContainText(ways['title-panicked']);
      expect(await fates(root)).toContain('fatal');
      const log = root.locator('.kernel-log pre');
      await expect(log).toContainText('BUG: kernel NULL pointer dereference, address: 0000000000000008');
      await expect(log).toContainText('Kernel panic - not syncing: Fatal exception in interrupt');
      // On the line itself, too: the one that counts without asking.
      const marked = root.locator('.program.shown .line.marked, .line.marked').first();
      await expect(marked).toContainText('rule->packets++');
      expect(await violations(page, `#${await root.getAttribute('id')}`)).toEqual([]);
      await root.locator('[data-action="reboot"]').click();
      await expect(root.locator('.rebooted')).toContainText(ways.rebooted);
      await expect(root.locator('[data-action="run"]')).toBeFocused();
    });

    test('an open door in a module makes another user root', async ({ page }) => {
      await page.goto(`/${language}/kernel-module/`);
      const root = example(page, 'kernel-module', 'secret.c');
      await root.locator('[data-action="run"]').click();
      await expect(root.locator('.attack')).toContainText('the key of this machine');
      await expect(root.locator('.attack')).toContainText(ways['attack-root']);
    });

    test('three ways: the same packets are refused, and each way has its price', async ({ page }) => {
      await page.goto(`/${language}/three-ways/`);
      await compare(page, 'none', '10000');
      const refused = await Promise.all(['patch', 'module', 'ebpf'].map((name) => count(way(page, name), 'refused')));
      expect(new Set(refused).size).toBe(1);
      expect(refused[0]).toBeGreaterThan(3000);
      await expect(page.locator('[data-three-ways] > .status')).toHaveText(
        ways.same.replace('{count}', (refused[0] ?? 0).toLocaleString('en')),
      );
      await expect(way(page, 'patch').locator('[data-row="reboots"] dd')).toHaveText('1');
      await expect(way(page, 'ebpf').locator('[data-row="reboots"] dd')).toHaveText('0');
      const price = async (name: string): Promise<number> =>
        Number.parseInt(await way(page, name).locator('[data-row="refusal"] dd').innerText());
      expect(await price('ebpf')).toBeLessThan(await price('patch'));
      expect(await price('patch')).toBeLessThan(await price('module'));
      expect(await violations(page, '[data-three-ways]')).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        page.viewportSize()?.width ?? 0,
      );
    });

    test('three ways: the same mistake kills two machines and is refused in the third', async ({ page }) => {
      await page.goto(`/${language}/three-ways/`);
      await compare(page, 'null');
      for (const name of ['patch', 'module']) {
        await expect(way(page, name).locator('[data-state]')).toHaveAttribute('data-state', 'panicked');
        expect(await count(way(page, name), 'fatal')).toBe(1);
      }
      const ebpf = way(page, 'ebpf');
      await expect(ebpf.locator('[data-state]')).toHaveAttribute('data-state', 'alive');
      await expect(ebpf).toContainText(ways.verifier);
      await expect(ebpf).toContainText("R0 invalid mem access 'scalar'");
      expect(await violations(page, '[data-three-ways]')).toEqual([]);
      // After the restart everything comes through, also what nobody wants.
      await way(page, 'module').locator('[data-action="reboot"]').click();
      await expect(way(page, 'module').locator('[data-state]')).toHaveAttribute('data-state', 'alive');
      await expect(way(page, 'module').locator('[data-fate="refused"]')).toHaveCount(0);
      expect(await count(way(page, 'module'), 'delivered')).toBeGreaterThan(300);
      await expect(way(page, 'patch').locator('[data-state]')).toHaveAttribute('data-state', 'panicked');
    });

    test('three ways: 100,000 packets can be called off', async ({ page }) => {
      await page.goto(`/${language}/three-ways/`);
      await page.locator('[data-action="start"]').click();
      const stop = page.locator('[data-action="stop"]');
      await expect(page.locator('.three-figures')).toContainText('300,000');
      await stop.click();
      await expect(page.locator('[data-three-ways] > .status')).toHaveText(ways['called-off']);
      await expect(page.locator('[data-action="start"]')).toBeFocused();
    });

    test('three ways, by keyboard alone', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/three-ways/`);
      await page.locator('select[name="fault"]').focus();
      // Down once: the NULL pointer.
      await page.keyboard.press('ArrowDown');
      await expect(page.locator('select[name="fault"]')).toHaveValue('null');
      await page.locator('select[name="count"]').focus();
      await page.keyboard.press('Home');
      await expect(page.locator('select[name="count"]')).toHaveValue('1000');
      await page.keyboard.press('Tab');
      await expect(page.locator('[data-action="start"]')).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(page.locator('[data-three-ways]')).toHaveAttribute('data-ran', 'null', { timeout: 60_000 });
      await expect(page.locator('[data-action="start"]')).toBeFocused();
      await way(page, 'patch').locator('[data-action="reboot"]').focus();
      await page.keyboard.press('Enter');
      await expect(way(page, 'patch').locator('[data-state]')).toHaveAttribute('data-state', 'alive');
      await expect(way(page, 'patch').locator('h3')).toBeFocused();
    });

    test('a mistake in a patch is told on its line', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/kernel-patch/`);
      const root = example(page, 'kernel-patch', 'ip_input.c');
      await root.locator('[data-action="edit"]').click();
      const editor = root.locator('.monaco-editor').first();
      await expect(editor).toBeVisible({ timeout: 30_000 });
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('int oops(\n');
      await root.locator('[data-action="run"]').click();
      await expect(root.locator('.problem.error').first()).toBeVisible();
      await expect(root.locator('.result .stamp')).toHaveText(ways['not-built']);
      await expect(root.locator('.status')).not.toHaveText(strings.clean);
    });
  });
}

test('what the three ways need is loaded when they are started, and not before', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/en/three-ways/');
  expect(asked.filter((path) => /worker|\.wasm|three-ways\.json/.test(path))).toEqual([]);
  await compare(page, 'none');
  expect(asked.some((path) => path.endsWith('three-ways.json'))).toBe(true);
  expect(asked.some((path) => path.endsWith('.wasm'))).toBe(true);
});

test('without script the programs stand there, and what becomes of the packets', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL ? { baseURL } : {}) });
  const page = await context.newPage();
  await page.goto('/en/three-ways/');
  await expect(page.locator('.needs-script')).toHaveText(wordsOf('en')['no-script']);
  await expect(page.locator('[data-action="start"]')).toBeHidden();
  await page.goto('/en/kernel-module/');
  const root = example(page, 'kernel-module', 'drop.c');
  await expect(root.getByText('return NF_DROP;')).toBeVisible();
  await expect(root.locator('.expected').filter({ visible: true })).toContainText(wordsOf('en').refused);
  await context.close();
});
