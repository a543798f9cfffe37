// The reference as a reader uses it: a message of the log is looked up, its broken program opened, and the playground says
// the same. That its pages are in order for everybody is held by accessibility.spec.ts.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { Example, expect, languages, test, words } from './support.ts';

interface Recorded {
  readonly answers: Readonly<Record<string, { readonly words: readonly string[] }>>;
}
const recorded = JSON.parse(
  readFileSync(new URL('../examples/verifier-messages/linux.json', import.meta.url), 'utf8'),
) as Recorded;
const said = (name: string): string => recorded.answers[name]?.words.at(-1) ?? '';

async function atEnd(page: Page): Promise<Example> {
  await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
  return new Example(page);
}

for (const language of languages) {
  test(`${language}: from a message to its broken program, to the same message, and back`, async ({ page }) => {
    await page.goto(`/${language}/reference/messages/`);
    await page.locator('.wordings a', { hasText: "invalid mem access '…_or_null'" }).click();
    const message = page.locator('#V110');
    await expect(message).toBeInViewport();
    const program = message.locator('.program').filter({ hasText: 'null-map-value' });
    await expect(program.locator('.log')).toContainText(said('null-map-value'));
    if ((await program.getAttribute('open')) === null) await program.locator('summary').click();
    await program.locator('a[href*="broken.bpf.c"]').click();

    const example = await atEnd(page);
    await expect(page.locator('.playground select')).toHaveValue('message-null-map-value');
    await page.locator('[data-action="run"]').click();
    const problem = example.root.locator('.problem').first();
    await expect(problem).toHaveAttribute('data-code', 'V110');
    await expect(problem.locator('.kernel-message')).toContainText(said('null-map-value'));

    await problem.getByRole('link', { name: words(language)['about-message'] }).click();
    await expect(page).toHaveURL(new RegExp(`/${language}/reference/messages/memory/#V110$`));
    await expect(page.locator('#V110')).toBeInViewport();
  });

  test(`${language}: the mended program is accepted`, async ({ page }) => {
    await page.goto(`/${language}/playground/#example=message-unchecked-packet&file=fixed.bpf.c`);
    const example = await atEnd(page);
    await page.locator('[data-action="run"]').click();
    await expect(example.root.locator('.result .packet-row')).toHaveCount(1);
    await expect(example.root.locator('.problem')).toHaveCount(0);
  });

  test(`${language}: a word of Linux finds its page by the course's search`, async ({ page }) => {
    await page.goto(`/${language}/reference/`);
    await page.keyboard.press('/');
    await page.keyboard.type('unreleased reference');
    await expect(page.locator('a[href$="/reference/messages/resource/#V401"]')).toBeVisible();
  });
}
