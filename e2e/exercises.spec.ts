// Exercises: begin, fail, read why, mend, done; hints one at a time; the solution asks first; what is done stays, and goes along as a file.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright/test';
import type exerciseWords from '../content/ui/en/exercise.json';
import { violations } from './axe.ts';
import { Example, expect, languages, site, source, test, type Language } from './support.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const words = (language: Language) => JSON.parse(read(`content/ui/${language}/exercise.json`)) as typeof exerciseWords;
const solution = (path: string): string => read(`examples/${path}`);
const start = source('drop.bpf.c');

/** One exercise of a chapter; its editor is an example's. */
class Exercise extends Example {
  readonly section: Locator;
  constructor(page: Page, example: string, name: string) {
    super(page);
    this.section = page.locator(`#exercise-${example}-${name}`);
    (this as { root: Locator }).root = this.section.locator('.example');
  }
  get begin(): Locator {
    return this.section.locator('.begin');
  }
  get done(): Locator {
    return this.section.locator('.done-mark');
  }
  get summary(): Locator {
    return this.section.locator('.check-summary');
  }
  check(name: string): Locator {
    return this.section.locator(`[data-check="${name}"]`);
  }
  async open(): Promise<void> {
    await this.begin.click();
    const editor = this.root.locator('.editor:visible').locator('.monaco-editor, .cm-editor').first();
    await expect(editor).toBeVisible({ timeout: 20_000 });
  }
  /** The text is on the device: a moment after the last keystroke. */
  async kept(part: string): Promise<void> {
    const stored = (): Promise<string> =>
      this.page.evaluate(() =>
        JSON.stringify(Object.entries(localStorage).filter(([key]) => key.includes('exercise-'))),
      );
    await expect.poll(stored).toContain(part);
  }
  async press(): Promise<void> {
    await this.root.locator('.check-button').click();
    await expect(this.summary).toBeVisible();
  }
}

for (const language of languages) {
  const strings = words(language);
  test.describe(language, () => {
    test('begin, check, fail, mend, done', async ({ page }) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.goto(`/${language}/what-is-ebpf/`);
      const exercise = new Exercise(page, 'xdp-drop', 'observe');
      await expect(exercise.begin).toHaveText(strings.begin);
      await expect(exercise.done).toBeHidden();
      // Nothing of lab, editor or exercise has been fetched so far.
      expect(asked.filter((path) => /\.wasm$|worker|monaco|codemirror|exercises\/|bench/i.test(path))).toEqual([]);

      await exercise.open();
      await exercise.press();
      await expect(exercise.check('passed')).toHaveAttribute('data-outcome', 'failed');
      await expect(exercise.check('passed')).toContainText('XDP_DROP');
      // A hidden check says what kind of packet it was, and shows none.
      await expect(exercise.check('others')).toHaveAttribute('data-outcome', 'failed');
      await expect(exercise.check('others')).toContainText(strings.hidden);
      await expect(exercise.check('others')).not.toContainText('10.2.2.1.40000');
      await expect(exercise.status).toHaveText((await exercise.summary.textContent()) ?? '');

      // A mistake of C: nothing is checked, and it is said.
      await exercise.replace(start.replace('return XDP_PASS;', 'return XDP_PASS'));
      await expect(exercise.problems).not.toHaveCount(0);
      await exercise.press();
      await expect(exercise.summary).toHaveText(strings['compile-first']);
      await expect(exercise.check('passed')).toHaveAttribute('data-outcome', 'not-reached');

      await exercise.replace(solution('xdp-drop/exercises/observe/solution.bpf.c'));
      await expect(exercise.problems).toHaveCount(0);
      await exercise.press();
      await expect(exercise.check('others')).toHaveAttribute('data-outcome', 'passed');
      await expect(exercise.summary).toHaveClass(/passed/);
      await expect(exercise.done).toBeVisible();

      // What is done stays, and what was written for it.
      await page.reload();
      await expect(exercise.done).toBeVisible();
      await expect(exercise.begin).toHaveText(strings['go-on']);
      await expect(page.locator('a[href="#exercises"] .exercise-tally').first()).toHaveText(/[1၁]\/[5၅]/);
      await exercise.open();
      await exercise.press();
      await expect(exercise.summary).toHaveClass(/passed/);
    });

    test('hints come one at a time, and the solution asks first', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const exercise = new Exercise(page, 'xdp-drop', 'third-counter');
      const hints = exercise.section.locator('details.hint');
      await expect(hints).toHaveCount(2);
      await expect(hints.nth(1)).toBeHidden();
      await hints.nth(0).locator('summary').click();
      await expect(hints.nth(1)).toBeVisible();

      const details = exercise.section.locator('details.solution');
      await details.locator('summary').click();
      await expect(details).toContainText(strings['solution-warning']);
      await expect(details.locator('pre')).toHaveCount(0);
      await details.getByRole('button', { name: strings['solution-show'] }).click();
      await expect(details.locator('pre ins').filter({ hasText: 'OTHER' }).first()).toBeVisible();
      await expect(details.locator('pre del').filter({ hasText: 'enum' })).toHaveCount(1);

      // The comparison is with the reader's own text, as it is kept.
      await exercise.open();
      await exercise.replace(solution('xdp-drop/exercises/third-counter/solution.bpf.c'));
      await exercise.press();
      await expect(exercise.done).toBeVisible();
      await details.locator('summary').click();
      await details.locator('summary').click();
      await expect(details).toContainText(strings['solution-same']);
    });

    test('a refusal that is asked for', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const exercise = new Exercise(page, 'xdp-drop', 'short-check');
      await exercise.open();
      await exercise.press();
      await expect(exercise.check('refused')).toContainText(strings.accepted);
      // Refused, but earlier than asked for.
      await exercise.replace(start.replace('(void *)(ip + 1) > data_end', 'data > data_end'));
      await expect(exercise.problems).not.toHaveCount(0);
      await exercise.press();
      await expect(exercise.check('refused')).toHaveAttribute('data-outcome', 'passed');
      await expect(exercise.check('where')).toHaveAttribute('data-outcome', 'failed');
      await exercise.replace(solution('xdp-drop/exercises/short-check/solution.bpf.c'));
      await expect(exercise.problems).not.toHaveCount(0);
      await exercise.press();
      await expect(exercise.check('where')).toHaveAttribute('data-outcome', 'passed');
      await expect(exercise.done).toBeVisible();
    });

    test('the list of chapters says what is done, and a file takes it to another device', async ({ page, browser }) => {
      await page.goto(`/${language}/`);
      const progress = page.locator('.progress');
      await expect(progress).toContainText(strings['progress-none']);
      await expect(page.locator('.chapter-progress').first()).toBeHidden();
      await page.goto(`/${language}/what-is-ebpf/`);
      const exercise = new Exercise(page, 'xdp-drop', 'observe');
      await exercise.open();
      await exercise.replace(solution('xdp-drop/exercises/observe/solution.bpf.c'));
      await exercise.kept('and counts those from 10.2.2.1 apart');
      await exercise.press();
      await expect(exercise.done).toBeVisible();

      await page.goto(`/${language}/`);
      await expect(page.locator('.chapter-progress').first()).toBeVisible();
      const saved = page.waitForEvent('download');
      await progress.getByRole('button', { name: strings['progress-save'] }).click();
      const file = await (await saved).path();

      const context = await browser.newContext({ baseURL: new URL('/', page.url()).href });
      const other = await context.newPage();
      await other.goto(`/${language}/`);
      const load = async (name: string, buffer: Buffer): Promise<void> => {
        const chooser = other.waitForEvent('filechooser');
        await other.getByRole('button', { name: strings['progress-load'] }).click();
        await (await chooser).setFiles({ name, mimeType: 'application/json', buffer });
      };
      const said = other.locator('.progress-said');
      for (const bad of [
        '',
        '[]',
        '{"done":{}}',
        '{"projects":[{"v":1,"example":"../x","files":{},"open":""}],"done":{}}',
      ]) {
        await load('bad.json', Buffer.from(bad));
        await expect(said).toHaveText(strings['progress-bad']);
      }
      await load('mine.json', readFileSync(file));
      await expect(said).not.toHaveText(strings['progress-bad']);
      await expect(other.locator('.chapter-progress').first()).toBeVisible();
      await other.goto(`/${language}/what-is-ebpf/`);
      const there = new Exercise(other, 'xdp-drop', 'observe');
      await expect(there.done).toBeVisible();
      await expect(there.begin).toHaveText(strings['go-on']);
      await context.close();
    });

    test.describe('without script', () => {
      test.use({ javaScriptEnabled: false });
      test('task, checks, hints and solution can be read', async ({ page }) => {
        await page.goto(`/${language}/what-is-ebpf/`);
        const exercise = new Exercise(page, 'xdp-drop', 'third-counter');
        await expect(exercise.begin).toBeHidden();
        await expect(exercise.section.locator('.checks li')).toHaveCount(3);
        await exercise.section.locator('details.hint').nth(1).locator('summary').click();
        await expect(exercise.section.locator('details.hint').nth(1)).toContainText('max_entries');
        await exercise.section.locator('details.solution summary').click();
        await exercise.section.locator('details.solution a').click();
        await expect(page).toHaveURL(
          new RegExp(`/${language}/what-is-ebpf/solutions/#exercise-xdp-drop-third-counter$`),
        );
        const there = page.locator('#exercise-xdp-drop-third-counter');
        await expect(there).toBeInViewport();
        await expect(there.locator('ins').first()).toBeVisible();
        await there.locator('h2 a').click();
        await expect(exercise.section).toBeInViewport();
      });
    });

    test('axe finds nothing, before, while failing and when done', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const exercise = new Exercise(page, 'xdp-drop', 'observe');
      const id = '#exercise-xdp-drop-observe';
      expect(await violations(page, id), 'before').toEqual([]);
      await exercise.open();
      await exercise.press();
      expect(await violations(page, id), 'failing').toEqual([]);
      await exercise.replace(solution('xdp-drop/exercises/observe/solution.bpf.c').replace('Lets', 'It lets'));
      await exercise.kept('and counts those from 10.2.2.1 apart');
      await exercise.press();
      // The list of the failed check is still there until this one is through; a solution opened before that asks first.
      await expect(exercise.done).toBeVisible();
      await exercise.section.locator('details.solution summary').click();
      await expect(exercise.section.locator('.solution ins').first()).toBeVisible();
      expect(await violations(page, id), 'done').toEqual([]);
      await page.goto(`/${language}/`);
      await expect(page.locator('.chapter-progress').first()).toBeVisible();
      expect(await violations(page, '.chapter-list'), 'list').toEqual([]);
    });
  });
}

for (const [chapter, example, name] of [
  ['kernel-patch', 'kernel-patch', 'mend-null'],
  ['kernel-module', 'kernel-module', 'unload-cleanly'],
  ['ebpf-program', 'three-ways', 'rate-limit'],
] as const) {
  test(`${chapter}: ${name}, from its first failure to its end`, async ({ page }) => {
    const strings = words('my');
    await page.goto(`/my/${chapter}/`);
    const exercise = new Exercise(page, example, name);
    await exercise.open();
    await exercise.press();
    await expect(exercise.summary).toHaveClass(/failed/);
    const kernel = example !== 'three-ways';
    // Kernel code dies of its mistake, and the page says on which line of the reader's file.
    if (kernel) {
      const crash = strings.crashed.slice(0, strings.crashed.indexOf('{'));
      await expect(exercise.section.locator('.check.failed').first()).toContainText('BUG: ');
      if (name === 'mend-null') await expect(exercise.section.locator('.failures').first()).toContainText(crash);
    }
    const ending = kernel ? 'c' : 'bpf.c';
    await exercise.replace(solution(`${example}/exercises/${name}/solution.${ending}`));
    await exercise.press();
    await expect(exercise.done).toBeVisible();
    await expect(exercise.section.locator('.check.failed')).toHaveCount(0);
  });
}

test('the keyboard alone does', { tag: '@desktop' }, async ({ page }) => {
  const strings = words('en');
  await page.goto('/en/what-is-ebpf/');
  const exercise = new Exercise(page, 'xdp-drop', 'observe');
  await exercise.begin.focus();
  await page.keyboard.press('Enter');
  await expect(exercise.root.locator('.monaco-editor')).toBeVisible({ timeout: 20_000 });
  // Tab leaves the editor, as in every example; the first button behind it is Check.
  await expect(exercise.root.locator('textarea.inputarea')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(exercise.root.locator('.check-button')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(exercise.summary).toBeVisible();
  await expect(exercise.root.getByRole('status')).toContainText(/0 of 3/);
  await exercise.section.locator('details.solution summary').focus();
  await page.keyboard.press('Enter');
  const show = exercise.section.getByRole('button', { name: strings['solution-show'] });
  await expect(show).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(show).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(exercise.section.locator('.solution pre')).toBeFocused();
});

test('two words of the page agree: what is asked for in the text is what the button says', () => {
  for (const language of languages) {
    expect(read(`content/chapters/01-what-is-ebpf/${language}.mdx`)).toContain(`**${words(language).check}**`);
    expect(site(language).exercise.label).toBeTruthy();
  }
});
