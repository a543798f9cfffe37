// What axe has to say about a page or a part of it, in light and in dark: the one place that asks it.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright/test';

/** The rules that look at colours; all others look at what is the same in the dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

async function found(page: Page, within: string, rules?: readonly string[]): Promise<string[]> {
  // Legacy: without a second window in which axe would put the answers of frames together; our pages have none. And nothing is
  // written down about what is in order: together that is a fifth of the time.
  const axe = new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .include(within);
  if (rules) axe.withRules([...rules]);
  const { violations } = await axe.analyze();
  return violations.map(
    ({ impact, id, nodes }) => `${impact ?? ''} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** As the reader's own choice of colours does it (src/site/client/looks.ts). */
const setTheme = (page: Page, theme: string): Promise<void> =>
  page.evaluate((name) => {
    document.documentElement.dataset['theme'] = name;
    document.dispatchEvent(new CustomEvent('looks'));
  }, theme);

/** Every violation, as the page is and as its other colours make it; empty when there is none. Leaves the page light. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await setTheme(page, 'light');
  const light = await found(page, within);
  await setTheme(page, 'dark');
  const dark = await found(page, within, COLOURS);
  await setTheme(page, 'light');
  return [...light, ...dark.map((it) => `in the dark: ${it}`)];
}
