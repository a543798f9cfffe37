// A newcomer's whole walk, on a phone and in Burmese, as one person does it in one sitting: read, run, break, mend, do an exercise, compare
// the three ways, change a program in the playground, and send it to somebody else.
import { readFileSync } from 'node:fs';
import type exerciseWords from '../content/ui/en/exercise.json';
import type wayWords from '../content/ui/en/ways.json';
import { Example, expect, site, source, test, words, xdpDrop } from './support.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const strings = words('my');
const exerciseStrings = JSON.parse(read('content/ui/my/exercise.json')) as typeof exerciseWords;
const ways = JSON.parse(read('content/ui/my/ways.json')) as typeof wayWords;
const main = source(xdpDrop.main);
const burmese = /[\u1000-\u109f]/;
const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;

test('from the landing page to a program that is shared', { tag: '@phone' }, async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  /** Nothing on a page is wider than the phone. */
  const fits = async (): Promise<void> =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  const example = new Example(page);
  const rows = example.result.locator('.packet-row');

  await test.step('the landing page leads to chapter 1', async () => {
    await page.goto('/my/');
    await fits();
    await page
      .locator('.hero .actions')
      .getByRole('link', { name: site('my').chapters.start })
      .tap();
    await expect(page).toHaveURL(/\/my\/what-is-ebpf\/$/);
    await expect(page.locator('article h1')).toHaveText(burmese);
    await fits();
  });

  await test.step('Run shows what became of every packet', async () => {
    await page.waitForLoadState('load');
    await example.button('run').tap();
    await expect(rows).toHaveCount(xdpDrop.scenario.packets.length, { timeout: 30_000 });
    await expect(example.result.locator('.unexpected')).toHaveCount(0);
    await expect(example.result.locator('.packet-row.dropped')).toHaveCount(2);
  });

  await test.step('a check that is taken out is missed, on its line and in words', async () => {
    await example.edit();
    await expect(example.root.locator('.cm-editor')).toBeVisible();
    await example.root.locator('.cm-line', { hasText: 'if (value)' }).tap();
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+Home');
    await page.keyboard.press('Backspace');
    const problem = example.problems.first();
    await expect(problem).toHaveAttribute('data-line', String(lineOf(main, '__sync_fetch_and_add')));
    await expect(problem.locator('.explanation')).toHaveText(burmese);
    await expect(problem.locator('.kernel-message code')).not.toBeEmpty();
    await example.button('run').tap();
    await expect(example.result).toContainText(strings.refused.replace('{program}', 'xdp_drop'));
    await expect(example.result).toContainText(strings['not-run']);
    await expect(rows).toHaveCount(0);
    await fits();
  });

  await test.step('mended by the fix that the page offers, it is accepted', async () => {
    const fix = example.problems.first().locator('button.fix');
    await expect(fix).toContainText(strings.fix);
    await expect(fix.locator('code')).toHaveText('if (value)');
    await fix.tap();
    await expect(example.root.locator('.cm-line', { hasText: 'if (value)' })).toBeVisible();
    await expect(example.problems).toHaveCount(0);
    await expect(example.status).toHaveText(strings.clean);
    await example.button('run').tap();
    await expect(rows).toHaveCount(xdpDrop.scenario.packets.length);
    await expect(example.result.locator('.packet-row.dropped')).toHaveCount(2);
    await fits();
  });

  await test.step('an undo by finger takes the mend back, a second one brings the check of the example again', async () => {
    await example.root.locator('.cm-line', { hasText: '__sync_fetch_and_add' }).tap();
    const keys = example.root.getByRole('toolbar', { name: strings.keys });
    await keys.getByRole('button', { name: strings['key-undo'] }).tap();
    await expect(example.problems).not.toHaveCount(0);
    await keys.getByRole('button', { name: strings['key-undo'] }).tap();
    await expect(example.root.locator('.cm-line', { hasText: 'if (value)' })).toBeVisible();
    await expect(example.problems).toHaveCount(0);
    await expect(example.status).toHaveText(strings.clean);
  });

  await test.step('an exercise is begun, fails, and is done', async () => {
    const section = page.locator('#exercise-xdp-drop-observe');
    const exercise = new Example(page);
    (exercise as { root: Example['root'] }).root = section.locator('.example');
    await section.locator('.begin').tap();
    await expect(exercise.root.locator('.cm-editor')).toBeVisible({ timeout: 20_000 });
    const check = exercise.root.locator('.check-button');
    await expect(check).toHaveText(exerciseStrings.check);
    await check.tap();
    await expect(section.locator('.check-summary')).toHaveClass(/failed/);
    await expect(section.locator('.done-mark')).toBeHidden();
    await exercise.replace(read('examples/xdp-drop/exercises/observe/solution.bpf.c'));
    await expect(exercise.problems).toHaveCount(0);
    await check.tap();
    await expect(section.locator('.check-summary')).toHaveClass(/passed/);
    await expect(section.locator('.done-mark')).toBeVisible();
    await expect(section.locator('.done-mark')).toContainText(exerciseStrings.done);
  });

  await test.step('the contents know what is done, and lead to chapter 4', async () => {
    await page
      .locator('.site-nav')
      .getByRole('link', { name: site('my').menu.chapters })
      .tap();
    await expect(page).toHaveURL(/\/my\/$/);
    await expect(page.locator('.chapter-progress').first()).toBeVisible();
    await page.locator('.chapter-list a[href$="/my/ebpf-program/"]').tap();
    await expect(page).toHaveURL(/\/my\/ebpf-program\/$/);
    await expect(page.locator('article h1')).toHaveText(burmese);
    await fits();
  });

  await test.step('three machines refuse the same packets', async () => {
    await page.waitForLoadState('load');
    const lab = page.locator('[data-three-ways]').first();
    await lab.locator('select[name="count"]').selectOption('1000');
    await lab.locator('[data-action="start"]').tap();
    await expect(lab).toHaveAttribute('data-ran', 'none', { timeout: 60_000 });
    const refused: number[] = [];
    for (const way of ['patch', 'module', 'ebpf']) {
      const fate = lab.locator(`[data-way="${way}"] [data-fate="refused"]`);
      refused.push(Number(await fate.getAttribute('data-count')));
    }
    expect(new Set(refused).size).toBe(1);
    expect(refused[0]).toBeGreaterThan(0);
    await expect(lab.locator('.status')).toHaveText(ways.same.replace('{count}', String(refused[0])));
    await fits();
  });

  const changed = main.replace('0x0a020201 /* 10.2.2.1 */', '0x0a020203 /* ကျွန်တော် ပိတ်တာ */');
  const link = await test.step('the playground opens with the example, which is changed and shared', async () => {
    await page.goto('/my/what-is-ebpf/');
    await page.getByRole('link', { name: strings['open-playground'] }).first().tap();
    await expect(page).toHaveURL(/\/my\/playground\/#example=xdp-drop/);
    await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
    await example.edit();
    await example.replace(changed);
    await expect(example.status).toHaveText(strings.clean);
    await page.locator('.menu summary').tap();
    await page.getByRole('button', { name: strings.share }).tap();
    const field = page.locator('.playground-notices input');
    await expect(field).toHaveValue(/\/my\/playground\/#p=/);
    await fits();
    return field.inputValue();
  });

  await test.step('elsewhere the link shows the changed program, and runs it only when asked', async () => {
    const context = await browser.newContext({ baseURL: baseURL ?? '', serviceWorkers: 'block' });
    const other = await context.newPage();
    const errors: string[] = [];
    other.on('pageerror', (error) => errors.push(String(error)));
    await other.goto(link);
    const theirs = new Example(other);
    await expect(other.getByText(strings['shared-title'])).toBeVisible();
    await other.getByRole('button', { name: strings['shared-look'] }).tap();
    const code = other.locator('.program.shown pre');
    await expect(code).toContainText('0x0a020203 /* ကျွန်တော် ပိတ်တာ */');
    await expect(code).not.toContainText('0x0a020201');
    // Long enough for a run, had one begun.
    await other.waitForTimeout(1500);
    await expect(theirs.result).toBeHidden();
    await expect(theirs.result.locator('.packet-row')).toHaveCount(0);
    await theirs.button('run').tap();
    await expect(theirs.result.locator('.packet-row').first()).toHaveAttribute('data-verdict', 'XDP_DROP');
    expect(errors).toEqual([]);
    await context.close();
  });
});
