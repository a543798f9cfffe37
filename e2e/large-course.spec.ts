// The course as it may be one day: 42 chapters, and a third language that came with new files alone. It is built in a folder
// of its own, served as a static host would, and read in the browser.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import { CHAPTERS, copyProject, largeCourse, SEED, type Copy } from '../src/build/large-course.ts';
import { readCourse } from '../src/translations/course.ts';
import { readFiles } from '../src/translations/files.ts';
import { newLanguage } from '../src/translations/new-language.ts';

/** A code that ISO 639 leaves for private use: no translation will ever bear it. */
const third = 'qaa';
const port = Number(process.env['E2E_PORT'] ?? 4399) + 1;
const site = `http://127.0.0.1:${port}`;

let copy: Copy;
let server: ChildProcess;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({}, info) => {
  info.setTimeout(300_000);
  if (info.project.name !== 'desktop') return;
  copy = copyProject();
  const files = readFiles(copy.root);
  copy.write(largeCourse(files, CHAPTERS, SEED));
  const course = readCourse(readFiles(copy.root));
  // The interface, then one chapter: only files that were not there before.
  copy.write(newLanguage(course, third));
  copy.write(newLanguage(readCourse(readFiles(copy.root)), third, course.chapters[0]?.id));
  // One section of one original moves on; its translation does not.
  const original = [...readFiles(copy.root)].find(([path]) => path.endsWith('-drawn-101/en.mdx'));
  if (original) copy.write(new Map([[original[0], original[1].replace('{#overhead}', '{#overhead}\n\nNew words.')]]));
  const ui = `content/ui/${third}/site.json`;
  const strings = readFiles(copy.root).get(ui) ?? '';
  copy.write(new Map([[ui, strings.replace('"name": "English"', '"name": "Third"')]]));
  const built = copy.run('npx', 'astro', 'build');
  expect(built.ok, built.output.slice(-3000)).toBe(true);
  const serve = fileURLToPath(new URL('serve.ts', import.meta.url));
  server = spawn(process.execPath, [serve, String(port), `${copy.root}/dist`], { stdio: 'ignore' });
  await expect
    .poll(() =>
      fetch(site).then(
        (it) => it.status,
        () => 0,
      ),
    )
    .toBe(200);
});

test.afterAll(() => {
  server?.kill();
  copy?.remove();
});

test('42 chapters stand in the list, lead on to each other, and are found', { tag: '@desktop' }, async ({ page }) => {
  await page.goto(`${site}/my/`);
  await expect(page.locator('.part a')).toHaveCount(CHAPTERS);
  await page.locator('.part a').nth(1).click();
  await page.locator('.neighbours a[rel=next]').click();
  await expect(page.locator('.neighbours a[rel=prev]')).toBeVisible();
  expect((await page.locator('.prose').textContent())?.length).toBeGreaterThan(3000);
  await page.goto(`${site}/en/translations/`);
  await expect(page.locator('.chapter-state')).toHaveCount(CHAPTERS);
  await page.locator('[data-search]').click();
  await page.getByRole('searchbox').fill('overhead');
  await expect(page.locator('.hits a')).toHaveCount(20);
});

test(
  'a third language: its pages, its name in the menu, its siblings, a face for its letters',
  { tag: '@desktop' },
  async ({ page }) => {
    await page.goto(`${site}/${third}/`);
    await expect(page.locator('html')).toHaveAttribute('lang', third);
    await expect(page.locator('.part a')).toHaveCount(CHAPTERS);
    const first = await page.locator('.part a').first().getAttribute('href');
    await page.goto(`${site}${first ?? ''}`);
    for (const language of ['my', 'en', third]) {
      const sibling = page.locator(`link[rel=alternate][hreflang="${language}"]`);
      expect(new URL((await sibling.getAttribute('href')) ?? '').pathname).toMatch(new RegExp(`^/${language}/`));
    }
    await expect(page.locator('article')).toHaveAttribute('lang', third);
    await page.evaluate(() => document.fonts.ready);
    expect(await page.evaluate(() => [...document.fonts].some((face) => face.status === 'loaded'))).toBe(true);
    const family = await page
      .locator('.prose p')
      .first()
      .evaluate((it) => getComputedStyle(it).fontFamily);
    expect(family).toContain('Course');
    // Taken over from the original, not yet compared: each section says so, and the workshop says what to do.
    await expect(page.locator('.section-notice').first()).toBeVisible();
    await page.goto(`${site}/my/`);
    await expect(page.getByRole('link', { name: 'Third' })).toHaveAttribute('href', `/${third}/`);
    await page.goto(`${site}/${third}/translations/`);
    await expect(page.locator('.task').first()).toContainText('npm run -s translations');
  },
);

test('what is not translated is shown in a language that is, and says so', { tag: '@desktop' }, async ({ page }) => {
  await page.goto(`${site}/${third}/`);
  await page.locator('.part a').nth(5).click();
  await expect(page.locator('html')).toHaveAttribute('lang', third);
  await expect(page.locator('article')).not.toHaveAttribute('lang', third);
  await expect(page.locator('.fallback')).toBeVisible();
});

test(
  'a section that is behind says so, and only that one; the workshop shows the command',
  { tag: '@desktop' },
  async ({ page }) => {
    await page.goto(`${site}/my/drawn-101/`);
    const notice = page.locator('.section-notice');
    await expect(notice).toHaveCount(1);
    await expect(notice).toHaveAttribute('data-state', 'stale');
    const heading = page.locator('.prose #overhead');
    await expect(notice).toContainText(((await heading.textContent()) ?? '').replace('#', '').trim());
    expect(await notice.evaluate((it) => it.previousElementSibling?.id)).toBe('overhead');
    const links = await notice.locator('a').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
    expect(links).toEqual(['/en/drawn-101/#overhead', '/my/translations/#drawn-101-my-overhead']);
    await page.goto(`${site}${links[1] ?? ''}`);
    const task = page.locator('#drawn-101-my');
    await expect(task).toHaveAttribute('data-state', 'stale');
    await expect(task).toContainText('npm run -s translations -- diff drawn-101');
    await expect(page.locator('#drawn-101-my-overhead')).toBeInViewport();
    await page.goto(`${site}/en/drawn-101/`);
    await expect(page.locator('.section-notice')).toHaveCount(0);
  },
);
