// Writing C: what the language service tells in both editors, the keys for fingers, and the reader's choice between the two.
import type { Page } from 'playwright/test';
import { Example, expect, helperWords, languages, source, test, words, xdpDrop } from './support.ts';

const main = source(xdpDrop.main);

/** Where the first character of `text` stands on the screen. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  return page.evaluate((wanted) => {
    const root = document.querySelector('.view-lines, .cm-content');
    const walker = document.createTreeWalker(root ?? document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = (node.textContent ?? '').indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    }
    throw new Error(`${wanted} is not on the screen`);
  }, text);
}

for (const language of languages) {
  const strings = words(language);
  const helper = helperWords(language)['bpf_map_lookup_elem'] ?? '';

  // Fingers have tests of their own.
  test.describe(`${language}, by mouse and keyboard`, { tag: '@desktop' }, () => {
    for (const kind of ['monaco', 'codemirror'] as const) {
      test(`${kind}: hover, completion, signature, definition, format`, async ({ page }) => {
        await page.addInitScript((it) => localStorage.setItem('meet-ebpf:editor', it), kind);
        await page.goto(`/${language}/what-is-ebpf/`);
        const example = new Example(page);
        await example.edit();
        const editor = example.root.locator(kind === 'monaco' ? '.monaco-editor' : '.cm-editor').first();
        await expect(editor).toBeVisible();

        // What is this? Its declaration, and what the helper does, in the page's language.
        await example.goToLine(22);
        // The line may still be gliding into sight when the mouse comes: then a reader moves it once more.
        const hover = page.locator('.monaco-hover:visible, .cm-tooltip-hover').first();
        await expect(async () => {
          const place = await placeOf(page, 'bpf_map_lookup_elem');
          await page.mouse.move(place.x, place.y - 2);
          await page.mouse.move(place.x + 6, place.y);
          await expect(hover).toContainText(helper.slice(0, 20), { timeout: 2_500 });
        }).toPass({ timeout: 10_000 });
        await expect(hover).toContainText('const void *key');
        await page.mouse.move(0, 0);

        // Members, as soon as the arrow is there; the chosen one is written.
        await example.replace(main.replace('	if (value)', '	struct iphdr *q = (void *)0;\n	q'));
        await example.typeAfter('	q', '->');
        const list = page.locator('.suggest-widget:visible, .cm-tooltip-autocomplete').first();
        await expect(list).toContainText('daddr');
        await page.keyboard.type('sadd');
        await expect(list).toContainText('saddr');
        await page.keyboard.press('Enter');
        await expect(editor).toContainText('q->saddr');

        // The call that is being written.
        await page.keyboard.type('; bpf_map_delete_elem(');
        const signature = page.locator('.parameter-hints-widget:visible, .hover.signature').first();
        await expect(signature).toContainText('const void *key');
        await page.keyboard.press('Escape');

        // Where is it declared? In a header, which can be read.
        await example.replace(main);
        await example.typeAfter('struct ethhdr', '');
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('F12');
        const header = page.getByRole('dialog', { name: 'linux/if_ether.h' });
        await expect(header.locator('.found')).toContainText('struct ethhdr');
        await header.getByRole('button', { name: strings.close }).click();
        await expect(header).toHaveCount(0);

        // Tidied up, it is the course's text again.
        await example.replace(main.replace(/^\t/gm, '  ').replace('->h_proto != ', '->h_proto!='));
        await example.root.locator('.menu summary').click();
        await example.root.getByRole('button', { name: strings.format }).click();
        await expect(example.root.locator('.edited-mark').first()).toBeHidden();
      });
    }

    test('the reader chooses the editor, and the text goes along', async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = new Example(page);
      await example.edit();
      await example.replace(main.replace('/* 10.2.2.1 */', '/* ပက်ကက် */'));
      await example.root.locator('.menu summary').click();
      await example.root.getByRole('button', { name: strings['editor-simple'] }).click();
      await expect(example.root.locator('.cm-editor')).toContainText('ပက်ကက်');
      await page.reload();
      await example.edit();
      await expect(example.root.locator('.cm-editor')).toContainText('ပက်ကက်');
      await example.root.locator('.menu summary').click();
      await example.root.getByRole('button', { name: strings['editor-full'] }).click();
      await expect(example.root.locator('.monaco-editor').first()).toContainText('ပက်ကက်');
    });
  });

  // For fingers.
  test(
    `${language}, by finger: the keys that C needs, above the keyboard, as large as a fingertip`,
    { tag: '@phone' },
    async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = new Example(page);
      await example.edit();
      await example.replace('int f(void)\n');
      await page.keyboard.press('Control+End');
      const keys = example.root.getByRole('toolbar', { name: strings.keys });
      await expect(keys).toBeVisible();
      for (const box of await keys
        .getByRole('button')
        .evaluateAll((all) => all.map((it) => it.getBoundingClientRect()))) {
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
      }
      const content = example.root.locator('.cm-content');
      await keys.getByRole('button', { name: '{', exact: true }).tap();
      await expect(content).toBeFocused();
      await expect(content).toContainText('{}');
      await keys.getByRole('button', { name: '->', exact: true }).tap();
      await expect(content).toContainText('{->}');
      await keys.getByRole('button', { name: strings['key-undo'] }).tap();
      await expect(content).not.toContainText('->');
      await expect(content).toBeFocused();

      // A keyboard comes up: the bar moves above it, the text that is written stays in sight.
      await page.evaluate(() => {
        const viewport = window.visualViewport;
        if (!viewport) throw new Error('no visual viewport');
        Object.defineProperty(viewport, 'height', { value: window.innerHeight - 300, configurable: true });
        viewport.dispatchEvent(new Event('resize'));
      });
      const bar = await example.root.locator('.toolbar').boundingBox();
      expect((bar?.y ?? 0) + (bar?.height ?? 0)).toBeLessThanOrEqual(740 - 300 + 1);

      await example.replace(main);
      await example.typeAfter('bpf_map_lookup_elem', '');
      await keys.getByRole('button', { name: strings['key-what'] }).tap();
      await expect(page.locator('.cm-tooltip.hover')).toContainText(helper.slice(0, 20));
    },
  );
}

// For fingers.
test('a tap right after a result is never lost to a page that moves', { tag: '@phone' }, async ({ page }) => {
  for (const wait of [0, 30, 80, 150]) {
    await page.goto('/en/what-is-ebpf/');
    const example = new Example(page);
    await example.button('run').scrollIntoViewIfNeeded();
    await example.button('run').tap();
    await expect(example.result.locator('.packet-row').first()).toBeAttached();
    await page.waitForTimeout(wait);
    const box = await example.button('edit').boundingBox();
    await page.touchscreen.tap((box?.x ?? 0) + 20, (box?.y ?? 0) + 20);
    await expect(example.root.locator('.cm-editor')).toBeVisible();
  }
});

// Once is enough: it is the same editor.
test(
  'long lines wrap on request, in Burmese too, and the cursor moves by cluster',
  { tag: '@desktop' },
  async ({ page }) => {
    for (const kind of ['monaco', 'codemirror'] as const) {
      await page.addInitScript((it) => localStorage.setItem('meet-ebpf:editor', it), kind);
      await page.goto('/en/what-is-ebpf/');
      const example = new Example(page);
      await example.edit();
      const cluster = 'ကွန်ရက်ပက်ကက်တစ်ခုပို့လိုက်ပါတယ် ';
      await example.replace(`// ${cluster.repeat(12)}\nint x;\n`);
      const line = example.root.locator(kind === 'monaco' ? '.view-line' : '.cm-line').first();
      const lines = () =>
        kind === 'monaco'
          ? example.root.locator('.view-line').count()
          : line.evaluate(
              (it) => Math.round(it.getBoundingClientRect().height / parseFloat(getComputedStyle(it).lineHeight)) + 2,
            );
      const before = await lines();
      await example.root.locator('.menu summary').click();
      await example.root.getByRole('button', { name: words('en').wrap }).click();
      await expect.poll(lines).toBeGreaterThan(before);
      // တစ် is one step: three characters, one cluster… the cursor never stands inside one.
      await example.replace('// တစ်ခု\n');
      await page.keyboard.press('Control+Home');
      for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
      await page.keyboard.type('|');
      await expect(example.root.locator('.view-lines, .cm-content').first()).toContainText('// တ|စ်ခု');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.type('|');
      await expect(example.root.locator('.view-lines, .cm-content').first()).toContainText('// တ|စ်|ခု');
      await page.evaluate(() => localStorage.clear());
    }
  },
);
