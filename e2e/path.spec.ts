// The Path panel: packets are sent, one is followed with the keyboard, the line that decided is lit and one press away.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { STAGE } from '../src/bpf/network.ts';
import type english from '../content/ui/en/path.json';
import { violations } from './axe.ts';
import { Example, expect, languages, source, test, xdpDrop, type Language } from './support.ts';

const pathWords = (language: Language) =>
  JSON.parse(readFileSync(new URL(`../content/ui/${language}/path.json`, import.meta.url), 'utf8')) as typeof english;
const lineOf = (text: string): number =>
  source(xdpDrop.main)
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

async function openPath(page: Page, language: Language): Promise<Example> {
  await page.goto(`/${language}/playground/`);
  await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
  const example = new Example(page);
  await page.locator('[data-tab="path"]').click();
  await page.locator('[data-action="send-path"]').click();
  await expect(page.locator('.station').first()).toBeVisible();
  return example;
}

for (const language of languages) {
  const strings = pathWords(language);

  test(`${language}: every stage has a name and a sentence`, { tag: '@desktop' }, () => {
    expect(Object.keys(strings.stages).sort()).toEqual(Object.keys(STAGE).sort());
    expect(Object.keys(strings.texts).sort()).toEqual(Object.keys(STAGE).sort());
  });

  test(`${language}: a packet is followed from stage to stage`, async ({ page }) => {
    await openPath(page, language);
    const panel = page.locator('.path-panel');
    const stations = panel.locator('.station');
    const current = panel.locator('.station.current');
    const next = panel.locator('[data-step="next"]');

    // The first packet is let through and answered; the program's stage is what is shown first.
    await expect(current).toHaveAttribute('data-stage', 'xdp');
    await expect(current.locator('.decision')).toContainText('XDP_PASS');
    await expect(current.locator('.through')).toContainText('1,004');
    await next.click();
    await expect(current).toHaveAttribute('data-stage', 'skb_alloc');
    await expect(panel.locator('.path-status')).toContainText(strings.stages.skb_alloc);

    // By keyboard: to the end and back, one station a press.
    await current.locator('.station-name').focus();
    await page.keyboard.press('End');
    await expect(current).toHaveAttribute('data-stage', 'icmp');
    await expect(current.locator('.station-name')).toBeFocused();
    await expect(next).toBeDisabled();
    await page.keyboard.press('ArrowUp');
    await expect(current).toHaveAttribute('data-stage', 'route');

    // The flood: a thousand packets went one way, and it ends at the program.
    await panel.locator('.way-choice', { hasText: '1,000' }).locator('input').press('Space');
    await expect(stations).toHaveCount(3);
    await expect(current).toHaveClass(/end/);
    await expect(current.locator('.decision')).toContainText('XDP_DROP');
    await expect(page.locator('pre .line.lit')).toHaveAttribute('data-line', String(lineOf('return XDP_DROP')));
    await current.locator('.line-link').click();
    await expect(page.locator('.program.shown .monaco-editor, .program.shown .cm-editor').first()).toBeVisible();
  });

  test(`${language}: the path says what is a model, is sent to Wireshark, and has nothing that axe minds`, async ({
    page,
  }) => {
    await openPath(page, language);
    const panel = page.locator('.path-panel');
    await panel.locator('.honest summary').click();
    await expect(panel.getByText(strings.honest)).toBeVisible();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.locator('[data-action="save-capture"]').click(),
    ]);
    const bytes = Buffer.concat((await (await file.createReadStream()).toArray()) as Buffer[]);
    expect(bytes.readUInt32LE(0)).toBe(0xa1b23c4d);
    expect(bytes.readUInt32LE(20)).toBe(1);
    expect(await violations(page, '.path-panel')).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
}

test('in a chapter the path stands beside the result', async ({ page }) => {
  const strings = pathWords('my');
  await page.goto('/my/what-is-ebpf/');
  const root = page.locator('.example[data-panels~="path"]').first();
  await root.locator('[data-action="run"]').click();
  await expect(root.locator('.result .packet-row').first()).toBeVisible();
  await root.locator('[data-tab="path"]').click();
  const panel = root.locator('.path-panel');
  // The run has sent the packets: the first one's way stands there.
  await expect(panel.locator('.station.current')).toHaveAttribute('data-stage', 'xdp');
  await panel.locator('.way-choice', { hasText: '1,000' }).locator('input').press('Space');
  await expect(panel.locator('.station.current .decision')).toContainText('XDP_DROP');
  await expect(root.locator('pre .line.lit')).toContainText('return XDP_DROP');
  await panel.locator('[data-step="previous"]').click();
  await expect(panel.locator('.path-status')).toContainText(strings.stages.napi_poll);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});

test('a program that changed, or is refused, says so instead of an old path', async ({ page }) => {
  const strings = pathWords('en');
  const example = await openPath(page, 'en');
  await example.edit();
  await example.replace(source(xdpDrop.main).replace('return XDP_DROP', 'return XDP_PASS'));
  await expect(page.locator('.path-panel')).toHaveClass(/stale/);
  await example.run();
  await expect(page.locator('.path-panel')).not.toHaveClass(/stale/);
  await expect(page.locator('.way-choice', { hasText: 'XDP_DROP' })).toHaveCount(0);
  await example.replace(source('no-null-check.bpf.c'));
  await example.run();
  await expect(page.locator('[data-tab="problems"]')).toHaveAttribute('aria-selected', 'true');
  await page.locator('[data-tab="path"]').click();
  await expect(page.locator('.path-panel')).toContainText(strings.refused);
});

test.describe('with reduced motion', () => {
  test.use({ reducedMotion: 'reduce' } as never);
  test('nothing moves by itself, and the steps are there', async ({ page }) => {
    await openPath(page, 'en');
    await expect(page.locator('[data-step="play"]')).toBeHidden();
    await page.locator('[data-step="next"]').click();
    await expect(page.locator('.station.current')).toHaveAttribute('data-stage', 'skb_alloc');
    expect(await page.locator('.way-packet').evaluate((it) => getComputedStyle(it).transitionDuration)).toBe('0s');
  });
});
