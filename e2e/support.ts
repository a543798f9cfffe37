// What every end-to-end test shares: the languages and their words, an example's parts, and a watch over the page's noise.
import { readFileSync } from 'node:fs';
import { expect, test as base, type Locator, type Page } from 'playwright/test';
import type playgroundWords from '../content/ui/en/playground.json';
import type siteWords from '../content/ui/en/site.json';
import type { ExampleDescription } from '../src/lab/api.ts';

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')) as T;

export const languages = ['my', 'en'] as const;
export type Language = (typeof languages)[number];

export const site = (language: Language) => read<typeof siteWords>(`content/ui/${language}/site.json`);
export const words = (language: Language) => read<typeof playgroundWords>(`content/ui/${language}/playground.json`);
export const helperWords = (language: Language) =>
  read<Readonly<Record<string, string>>>(`content/helpers/${language}/helpers.json`);
export const kernelWords = (language: Language) =>
  read<Readonly<Record<string, string>>>(`content/helpers/${language}/kernel.json`);
export const xdpDrop = read<ExampleDescription>('examples/xdp-drop/example.json');
export const source = (file: string): string =>
  readFileSync(new URL(`../examples/xdp-drop/${file}`, import.meta.url), 'utf8');

interface Fixtures {
  /** console messages that a test expects; everything else that is an error fails it */
  readonly allowed: RegExp[];
  readonly quiet: undefined;
}

/** Fails a test whose page logs an error, throws, breaks its policy, or asks any other host for anything. */
export const test = base.extend<Fixtures>({
  allowed: async ({}, use) => use([]),
  quiet: [
    async ({ context, baseURL, allowed }, use) => {
      const noise: string[] = [];
      const watch = (page: Page): void => {
        page.on('console', (message) => {
          const text = message.text();
          if (message.type() === 'error' && !allowed.some((pattern) => pattern.test(text))) noise.push(text);
        });
        page.on('pageerror', (error) => noise.push(String(error)));
      };
      for (const page of context.pages()) watch(page);
      context.on('page', watch);
      context.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${baseURL}/`) && !/^(data|blob):/.test(url)) noise.push(`asked another host: ${url}`);
      });
      await use(undefined);
      expect(noise).toEqual([]);
    },
    { auto: true },
  ],
});

/** The parts of the example that stands first (or n-th) on the page. */
export class Example {
  readonly root: Locator;
  readonly page: Page;
  constructor(page: Page, nth = 0) {
    this.page = page;
    this.root = page.locator('.example').nth(nth);
  }
  button(action: 'run' | 'edit' | 'reset' | 'cancel'): Locator {
    return this.root.locator(`[data-action="${action}"]`);
  }
  get status(): Locator {
    return this.root.getByRole('status');
  }
  get result(): Locator {
    return this.root.locator('.result');
  }
  get problems(): Locator {
    return this.root.locator('.problem');
  }
  async choose(file: string): Promise<void> {
    await this.root.locator(`.versions input[value="${file}"]`).evaluate((it) => (it as HTMLInputElement).click());
  }
  program(file: string): Locator {
    return this.root.locator(`.program[data-file="${file}"]`);
  }
  async run(): Promise<void> {
    await this.button('run').click();
  }
  /** Opens the editor of this kind of device and waits until it can be typed into. */
  async edit(): Promise<void> {
    const editor = this.root.locator('.editor:visible').locator('.monaco-editor, .cm-editor').first();
    await this.button('edit').click();
    await expect(editor).toBeVisible({ timeout: 20_000 });
  }
  /** Replaces the whole text, as somebody does who pastes. */
  async replace(text: string): Promise<void> {
    this.lastText = text;
    const fingers = this.root.locator('.program:visible .cm-content');
    if (await fingers.count()) {
      await fingers.focus();
      await this.page.keyboard.press('Control+A');
      if (text === '') await this.page.keyboard.press('Delete');
      else await this.paste(text);
      return;
    }
    const editor = this.root.locator('.program:visible .monaco-editor').first();
    await editor.locator('textarea.inputarea').first().focus();
    await this.page.keyboard.press('Control+A');
    await expect(editor.locator('.selected-text').first()).toBeAttached();
    if (text === '') {
      await this.page.keyboard.press('Delete');
      return;
    }
    await this.paste(text);
  }

  /** Scrolls the open editor to a line. */
  async goToLine(line: number): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press('Control+Home');
    for (let i = 1; i < line; i++) await this.page.keyboard.press('ArrowDown');
  }
  /** Puts the cursor behind the first `before` of the open editor and types. */
  async typeAfter(before: string, text: string): Promise<void> {
    const lines = this.lastText.split('\n');
    const line = lines.findIndex((it) => it.includes(before));
    if (line < 0) throw new Error(`${before} is not in the editor`);
    await this.goToLine(line + 1);
    await this.page.keyboard.press('End');
    const back = (lines[line] ?? '').length - (lines[line] ?? '').indexOf(before) - before.length;
    for (let i = 0; i < back; i++) await this.page.keyboard.press('ArrowLeft');
    if (text !== '') await this.page.keyboard.type(text);
  }
  private async focusEditor(): Promise<void> {
    const field = this.root.locator('.program:visible').locator('.cm-content, textarea.inputarea').first();
    await field.focus();
  }
  private lastText = '';

  private async paste(text: string): Promise<void> {
    await this.page.evaluate((it) => {
      const data = new DataTransfer();
      data.setData('text/plain', it);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, text);
  }
}

export { expect };
