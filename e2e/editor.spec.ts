// Writing C: what the language service tells in both editors, the keys for fingers, and the reader's choice between the two.
import type { Locator, Page } from 'playwright/test';
import { readFileSync } from 'node:fs';
import {
  Example,
  expect,
  helperWords,
  kernelWords,
  languages,
  source,
  test,
  words,
  xdpDrop,
  type Language,
} from './support.ts';

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

/** What the language service says is the same in both editors, so each language tries the kernel's C in one of them. */
const KERNEL_EDITOR: Readonly<Record<Language, 'monaco' | 'codemirror'>> = { my: 'monaco', en: 'codemirror' };
const kernelModule = readFileSync(new URL('../examples/kernel-module/drop.c', import.meta.url), 'utf8');

/** Rests the mouse on a name until what it is appears. The line may still be gliding into sight: then a reader moves the mouse once more. */
async function hoverOver(page: Page, name: string, text: string): Promise<Locator> {
  const hover = page.locator('.monaco-hover:visible, .cm-tooltip-hover').first();
  await expect(async () => {
    const place = await placeOf(page, name);
    await page.mouse.move(place.x, place.y - 2);
    await page.mouse.move(place.x + 6, place.y);
    await expect(hover).toContainText(text, { timeout: 2_500 });
  }).toPass({ timeout: 10_000 });
  return hover;
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
        const hover = await hoverOver(page, 'bpf_map_lookup_elem', helper.slice(0, 20));
        await expect(hover).toContainText('const void *key');
        // In the course's face: the editors' own have no Burmese.
        const face = (it: Element): string => getComputedStyle(it).fontFamily;
        const sentence = hover.getByText(helper.slice(0, 20)).last();
        expect(await sentence.evaluate(face)).toBe(await page.locator('body').evaluate(face));
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

        // The call that is being written, and what it does.
        await page.keyboard.type('; bpf_map_delete_elem(');
        const signature = page.locator('.parameter-hints-widget:visible, .hover.signature').first();
        await expect(signature).toContainText('const void *key');
        await expect(signature).toContainText(helperWords(language)['bpf_map_delete_elem']?.slice(0, 20) ?? '?');
        await page.keyboard.press('Escape');

        // What a program of this kind may return comes first.
        await example.replace(main);
        await example.typeAfter('	count(PASSED);', '\nreturn ');
        await page.keyboard.press('Control+Space');
        await expect(list.locator('.monaco-list-row, li').first()).toContainText('XDP_ABORTED');
        await page.keyboard.press('Escape');

        // A list of what the file declares leads there.
        await page.keyboard.press('Control+Shift+O');
        const outline = page.getByRole('dialog', { name: strings['go-to'] });
        await expect(outline.getByRole('option')).toHaveText([/BLOCKED/, /counters/, /count/, /xdp_drop/, /LICENSE/]);
        await outline.getByRole('combobox').fill('drop');
        await expect(outline.getByRole('option')).toHaveCount(1);
        await page.keyboard.press('Enter');
        await expect(outline).toHaveCount(0);
        await page.keyboard.type('seen_');
        await expect(editor).toContainText('int seen_xdp_drop');

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

    test('a module is understood with the headers of the kernel', async ({ page }) => {
      const kind = KERNEL_EDITOR[language];
      await page.addInitScript((it) => localStorage.setItem('meet-ebpf:editor', it), kind);
      await page.goto(`/${language}/kernel-module/`);
      const example = new Example(page);
      await example.edit();
      await example.replace(kernelModule);
      await example.typeAfter('= ip_hdr', '');
      await hoverOver(page, 'ip_hdr', kernelWords(language)['ip_hdr']?.slice(0, 20) ?? '?');
      await page.mouse.move(0, 0);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('F12');
      const header = page.getByRole('dialog', { name: 'linux/ip.h' });
      await expect(header.locator('.found')).toContainText('ip_hdr');
      await header.getByRole('button', { name: strings.close }).click();

      // The members that are not set yet, with their `=`; then the names that the member takes.
      await example.typeAfter('	.hook = drop_packet,', '\n.');
      const list = page.locator('.suggest-widget:visible, .cm-tooltip-autocomplete').first();
      await page.keyboard.type('pri');
      await expect(list).toContainText('priv');
      await expect(list).not.toContainText('priority');
      // CodeMirror takes no choice in the first 75 ms of a list (interactionDelay): nobody has read it by then.
      await page.waitForTimeout(150);
      await page.keyboard.press('Enter');
      await expect(example.root.locator('.view-lines, .cm-content').first()).toContainText('.priv =');
      // A mistake is shown on its line as one types.
      await page.keyboard.type('nothing,');
      await expect(example.problems.first()).toContainText('nothing');
    });

    test('a fix is one step: Ctrl+Z right after it takes it back', async ({ page }) => {
      const kind = KERNEL_EDITOR[language];
      await page.addInitScript((it) => localStorage.setItem('meet-ebpf:editor', it), kind);
      await page.goto(`/${language}/what-is-ebpf/`);
      const example = new Example(page);
      await example.edit();
      await example.replace(main.replace('count(DROPPED);', 'count(DROPED);'));
      await example.typeAfter('count(DROPED);', '/* mine */');
      const text = example.root.locator('.view-lines, .cm-content').first();
      await example.problems.getByRole('button', { name: 'DROPPED' }).first().click();
      await expect(text).toContainText('count(DROPPED);');
      await page.keyboard.press('Control+Z');
      await expect(text).toContainText('count(DROPED);/* mine */');
      await page.keyboard.press('Control+Y');
      await expect(text).toContainText('count(DROPPED);/* mine */');
    });

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
      await expect(example.status).toHaveText(strings['hold-hint']);
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
      const lowerEdge = () => example.root.locator('.toolbar').evaluate((it) => it.getBoundingClientRect().bottom);
      await expect.poll(lowerEdge).toBeLessThanOrEqual(740 - 300 + 1);

      await example.replace(main);
      await example.typeAfter('bpf_map_lookup_elem', '');
      // Without a search for it: it is the first key.
      await keys.evaluate((it) => (it.scrollLeft = 0));
      await keys.getByRole('button', { name: strings['key-what'] }).tap();
      const told = page.locator('.cm-tooltip.hover');
      await expect(told).toContainText(helper.slice(0, 20));
      await page.keyboard.press('ArrowLeft');
      await expect(told).toHaveCount(0);

      // Holding a name down selects it; what it is appears beside it, with the way to its declaration.
      await example.goToLine(main.split('\n').findIndex((it) => it.includes('struct ethhdr *eth')) + 1);
      await content.evaluate((it) => {
        const walker = document.createTreeWalker(it, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = (node.textContent ?? '').indexOf('ethhdr');
          if (at >= 0 && !(node.textContent ?? '').includes('('))
            getSelection()?.setBaseAndExtent(node, at, node, at + 6);
        }
      });
      await expect(told).toContainText('struct ethhdr');
      const selected = await page.evaluate(
        () => getSelection()?.getRangeAt(0).getBoundingClientRect().toJSON() as DOMRect,
      );
      const box = await told.boundingBox();
      expect(box).not.toBeNull();
      if (box) {
        expect(box.y >= selected.bottom - 1 || box.y + box.height <= selected.top + 1).toBe(true);
        expect(box.y).toBeGreaterThanOrEqual(0);
      }
      await told.getByRole('button', { name: strings['go-to-declaration'] }).tap();
      const header = page.getByRole('dialog', { name: 'linux/if_ether.h' });
      await expect(header.locator('.found')).toContainText('struct ethhdr');
      await header.getByRole('button', { name: strings.close }).tap();

      // A list of what the file declares, out of the menu, each row as large as a fingertip.
      await example.root.locator('.menu summary').tap();
      await example.root.getByRole('button', { name: strings['go-to'] }).tap();
      const outline = page.getByRole('dialog', { name: strings['go-to'] });
      for (const height of await outline.getByRole('option').evaluateAll((all) => all.map((it) => it.clientHeight))) {
        expect(height).toBeGreaterThanOrEqual(44);
      }
      await outline.getByRole('option', { name: 'xdp_drop' }).tap();
      await expect(outline).toHaveCount(0);
      await expect(example.root.locator('.cm-activeLine')).toContainText('int xdp_drop');
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
      // It is selected by cluster too, and nothing is left of what was.
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.type('|');
      await expect(line).toHaveText('// တ|စ်||');
      // What was written with an old font is broken for everybody else; that is said, for as long as it is so.
      const notice = example.root.locator('[data-notice="zawgyi"]');
      await example.replace('// ေပတခုေရာက္လာတယ္\n');
      await expect(notice).toHaveText(words('en').zawgyi);
      await example.replace('// ရောက်လာပါတယ်\n');
      await expect(notice).toHaveCount(0);
      await page.evaluate(() => localStorage.clear());
    }
  },
);
