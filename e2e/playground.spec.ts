// The playground page: files, panels, links that carry a program, work that is never lost.
import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright/test';
import { violations } from './axe.ts';
import { Example, expect, languages, source, test, words, xdpDrop } from './support.ts';

const main = source(xdpDrop.main);

async function open(page: Page, language: string, fragment = ''): Promise<Example> {
  await page.goto(`/${language}/playground/${fragment}`);
  await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
  return new Example(page);
}
const tab = (page: Page, name: string) => page.locator(`[role="tab"][data-tab="${name}"]`);
const linkOf = (data: unknown): string =>
  `#p=${deflateRawSync(Buffer.from(JSON.stringify(data))).toString('base64url')}`;

/** A pcap file of so many IPv4 frames: every third from 10.2.2.1, the others from 10.2.2.2. */
function capture(packets: number): Buffer {
  const size = 42;
  const bytes = Buffer.alloc(24 + packets * (16 + size));
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(1, 20);
  for (let i = 0, at = 24; i < packets; i++, at += 16 + size) {
    bytes.writeUInt32LE(size, at + 8);
    bytes.writeUInt32LE(size, at + 12);
    const frame = at + 16;
    bytes.writeUInt16BE(0x0800, frame + 12);
    bytes.writeUInt8(0x45, frame + 14);
    bytes.writeUInt16BE(28, frame + 16);
    bytes.writeUInt8(64, frame + 22);
    bytes.writeUInt8(17, frame + 23);
    bytes.set([10, 2, 2, i % 3 === 0 ? 1 : 2, 10, 2, 2, 9], frame + 26);
  }
  return bytes;
}

for (const language of languages) {
  const strings = words(language);

  test.describe(language, () => {
    test('run, look at every panel, change a map, send again', async ({ page }) => {
      const example = await open(page, language);
      await example.run();
      await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);

      // Bytecode: the instructions stand beside their lines, and pressing a line leads to it.
      await tab(page, 'bytecode').click();
      const call = page.locator('.stretch', { hasText: 'call bpf_map_lookup_elem' }).first();
      await expect(call.locator('.source')).toContainText('bpf_map_lookup_elem(&counters');
      // The third column: what the JIT made of the same line. Where there is no room for it, it takes the second one's place.
      const wasm = page.locator('.sides label', { hasText: 'WebAssembly' });
      if (await wasm.isVisible()) await wasm.click();
      await expect(call.locator('.wasm')).toContainText('call $bpf_map_lookup_elem');
      await call.hover();
      await expect(page.locator('pre .line.lit')).toHaveAttribute(
        'data-line',
        (await call.getAttribute('data-line')) ?? '',
      );

      // Maps: user space puts a number in, and the program counts on from it.
      await tab(page, 'live-maps').click();
      const field = page.getByRole('textbox', { name: 'counters[0]' });
      await expect(field).toHaveValue('2');
      await field.fill('100');
      await field.press('Enter');
      await expect(page.locator('.map-message')).toHaveText(strings['map-changed']);
      await page.getByRole('button', { name: strings['send-again'] }).click();
      await expect(field).toHaveValue('102');
      await field.fill('many');
      await field.press('Enter');
      await expect(page.locator('.map-message.problem')).toContainText('counters');
      await expect(field).toHaveValue('102');

      // Linux: the object that was just compiled.
      await tab(page, 'linux').click();
      const [object] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: strings['download-object'] }).click(),
      ]);
      expect(object.suggestedFilename()).toBe('drop.bpf.o');
      const bytes = await (await object.createReadStream()).toArray();
      expect(
        Buffer.concat(bytes as Buffer[])
          .subarray(0, 4)
          .toString('latin1'),
      ).toBe('\x7fELF');
      const [folder] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: strings['download-folder'] }).click(),
      ]);
      expect(folder.suggestedFilename()).toBe('xdp-drop.zip');
    });

    test('a refusal opens the problems, whose line leads to the code', async ({ page }) => {
      const example = await open(page, language, '#file=no-null-check.bpf.c');
      await example.run();
      await expect(tab(page, 'problems')).toHaveAttribute('aria-selected', 'true');
      const problem = example.problems.first();
      const variant = xdpDrop.variants.find((it) => it.file === 'no-null-check.bpf.c');
      await expect(problem).toContainText(variant?.message ?? '');
      await problem.locator('.problem-place button').click();
      await expect(page.locator('.program.shown .monaco-editor, .program.shown .cm-editor').first()).toBeVisible();
    });

    test('an own header beside the program, deleted and brought back', async ({ page }) => {
      const example = await open(page, language);
      await page.getByRole('button', { name: strings['new-file'] }).click();
      await page.getByLabel(strings['new-file-name']).fill('../bad.h');
      await page.getByRole('button', { name: strings.add }).click();
      await expect(page.getByText(strings['new-file-bad'])).toBeVisible();
      await page.getByLabel(strings['new-file-name']).fill('own.h');
      await page.getByRole('button', { name: strings.add }).click();
      await expect(page.locator('.versions input[value="own.h"]')).toBeChecked();
      await example.edit();
      await example.replace('#define BLOCKED 0x0a020203\n');
      await example.choose(xdpDrop.main);
      await expect(page.locator('.program.shown[data-file="drop.bpf.c"] .editor')).toBeVisible();
      await example.replace(main.replace(/#define BLOCKED.*\n/, '#include "own.h"\n'));
      await expect(example.status).toHaveText(strings.clean);
      await example.run();
      await expect(example.result.locator('.packet-row').first()).toHaveAttribute('data-verdict', 'XDP_DROP');
      await page.reload();
      await expect(page.locator('.versions input[value="own.h"]')).toBeAttached();
      await page.locator('.versions label', { hasText: 'own.h' }).click();
      await page.locator('.menu summary').click();
      await page.getByRole('button', { name: strings['delete-file'].replace('{file}', 'own.h') }).click();
      await expect(page.locator('.versions input[value="own.h"]')).toHaveCount(0);
      await page.getByRole('button', { name: strings['undo-reset'] }).click();
      await expect(page.locator('.program[data-file="own.h"] pre')).toContainText('0x0a020203');
    });

    test('a link carries the program; it neither runs nor touches own work until asked', async ({
      page,
      browser,
      baseURL,
    }) => {
      const example = await open(page, language);
      await example.edit();
      await example.replace(main.replace('/* 10.2.2.1 */', '/* မျှဝေတာ */'));
      await expect(example.status).toHaveText(strings.clean);
      await page.locator('.menu summary').click();
      await page.getByRole('button', { name: strings.share }).click();
      const link = await page.locator('.playground-notices input').inputValue();
      expect(link.length).toBeLessThan(4200);

      const context = await browser.newContext({ baseURL: baseURL ?? '', serviceWorkers: 'block' });
      const other = await context.newPage();
      const theirs = await open(other, language);
      await theirs.edit();
      await theirs.replace(main.replace('/* 10.2.2.1 */', '/* mine */'));
      await expect(theirs.status).toHaveText(strings.clean);
      await other.goto('about:blank');
      await other.goto(link);
      await expect(other.getByText(strings['shared-title'])).toBeVisible();
      const code = other.locator('.program.shown pre');
      await expect(code).toContainText('mine');
      await expect(other.locator('.result')).toBeHidden();
      await other.getByRole('button', { name: strings['shared-look'] }).click();
      await expect(code).toContainText('မျှဝေတာ');
      await expect(other.locator('.result')).toBeHidden();
      await other.getByRole('button', { name: strings['shared-take'] }).click();
      await expect(other.locator('.versions')).toContainText('drop-2.bpf.c');
      await expect(code).toContainText('မျှဝေတာ');
      await new Example(other).choose(xdpDrop.main);
      await expect(code).toContainText('mine');
      await context.close();
    });

    test('a capture is replayed behind a bar, called off, and refused when it is none', async ({ page }) => {
      const example = await open(page, language);
      const replay = page.locator('.replay');
      const choose = replay.getByRole('button', { name: strings.replay });
      const take = async (name: string, buffer: Buffer): Promise<void> => {
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose.press('Enter')]);
        await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer });
      };
      expect((await choose.boundingBox())?.height).toBeGreaterThanOrEqual(44);

      await take('mixed.pcap', capture(3000));
      await expect(replay.locator('.replay-summary')).toContainText('3,000');
      await expect(replay.getByText('mixed.pcap')).toBeVisible();
      await expect(replay.locator('[data-verdict="XDP_DROP"] td').first()).toHaveText('1,000');
      await expect(replay.locator('[data-verdict="XDP_PASS"] td').first()).toHaveText('2,000');
      await expect(replay.locator('[data-map="counters"] tbody td')).toHaveText(['0', '1000', '1', '2000']);
      await expect(example.status).toContainText('3,000');
      await expect(choose).toBeFocused();

      expect(await violations(page, '.playground')).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

      // Half a million packets through a program that takes its time: long enough to be called off as the bar is on its way.
      await example.edit();
      await example.replace(
        main.replace(
          '\tcount(PASSED);',
          '\tvolatile int spin = 0;\n\tfor (int i = 0; i < 100; i++)\n\t\tspin += i;\n\tcount(PASSED);',
        ),
      );
      await page.evaluate(() => {
        const stop = new MutationObserver(() => {
          const bar = document.querySelector<HTMLProgressElement>('.replay progress');
          if (!bar || bar.position <= 0 || bar.position >= 1) return;
          stop.disconnect();
          document.querySelector('.replay')?.setAttribute('data-seen', String(bar.position));
          document.querySelector<HTMLElement>('[data-action="replay-cancel"]')?.click();
        });
        stop.observe(document.querySelector('.replay') ?? document.body, { subtree: true, attributes: true });
      });
      await take('long.pcap', capture(500_000));
      await expect(replay.locator('.replay-summary')).toContainText(
        strings['replay-cancelled'].split('{packets}')[1] ?? '',
      );
      await expect(replay).toHaveAttribute('data-seen', /^0\.\d/);
      await expect(replay.locator('.replay-running')).toBeHidden();
      await expect(choose).toBeFocused();

      await take('notes.txt', Buffer.from('This is a text, and no capture at all.'));
      await expect(replay.locator('[data-code="S012"] .explanation')).toBeVisible();
      await expect(replay.locator('.stamp')).toHaveText(strings['replay-not-run']);
      await expect(example.status).toHaveText(strings['replay-not-run']);
      await replay.locator('input[type="file"]').evaluate((input: HTMLInputElement) => {
        const files = new DataTransfer();
        files.items.add(new File([new ArrayBuffer(65 << 20)], 'large.pcap'));
        input.files = files.files;
        input.dispatchEvent(new Event('change'));
      });
      await expect(replay.locator('.stamp')).toContainText('65.0 MB');
      await expect(replay.locator('.stamp')).toContainText('64 MB');

      // What one sees is what the text does: another text, and the old figures go.
      await take('again.pcap', capture(10));
      await expect(replay.locator('.replay-summary')).toContainText('10');
      await example.choose('no-null-check.bpf.c');
      await expect(replay.locator('.replay-summary')).toHaveCount(0);
      await take('again.pcap', capture(10));
      await expect(replay.locator('.problem').first()).toContainText(
        xdpDrop.variants.find((it) => it.file === 'no-null-check.bpf.c')?.message ?? '',
      );
    });

    test('axe finds nothing on any panel, light and dark', async ({ page }) => {
      const example = await open(page, language);
      await example.run();
      await expect(example.result.locator('.packet-row').first()).toBeVisible();
      for (const name of ['result', 'problems', 'bytecode', 'live-maps', 'linux']) {
        await tab(page, name).click();
        if (name === 'bytecode') await expect(page.locator('.stretch').first()).toBeVisible();
        expect(await violations(page, '.playground'), name).toEqual([]);
      }
    });
  });
}

test('a chapter can ask for any panel in place', async ({ page }) => {
  const strings = words('en');
  // As <Example panels="…" /> writes it.
  await page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      const example = document.querySelector<HTMLElement>('.example');
      if (example) example.dataset['panels'] = 'packets trace problems bytecode live-maps linux';
    });
  });
  await page.goto('/en/what-is-ebpf/');
  const example = new Example(page);
  await example.run();
  await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
  await example.root.locator('[data-tab="bytecode"]').click();
  await expect(example.root.locator('.stretch').first()).toBeVisible();
  await example.root.locator('[data-tab="live-maps"]').click();
  await expect(example.root.getByRole('textbox', { name: 'counters[1]' })).toHaveValue('2');
  await example.root.locator('[data-tab="linux"]').click();
  await expect(example.root.getByRole('button', { name: strings['download-object'] })).toBeVisible();
  await expect(example.root.getByRole('button', { name: strings['download-folder'] })).toHaveCount(0);
  await example.choose('no-null-check.bpf.c');
  await example.run();
  await expect(example.root.locator('[data-tab="problems"]')).toHaveAttribute('aria-selected', 'true');
  await expect(example.problems.first()).toBeVisible();
});

test('a lab that breaks down says so, and the next run starts it anew', async ({ page }) => {
  const strings = words('en');
  await page.addInitScript(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the worker that it was called on
    const post = Worker.prototype.postMessage;
    let runs = 0;
    Worker.prototype.postMessage = function (this: Worker, message: { kind?: string }, ...rest: never[]) {
      // The first run meets a request that the lab cannot understand, as a bug of ours would make it.
      const broken = message.kind === 'run' && runs++ === 0;
      (post as (...all: unknown[]) => void).call(this, broken ? { ...message, project: null } : message, ...rest);
    } as typeof post;
  });
  const example = await open(page, 'en');
  await example.run();
  await expect(example.status).toHaveText(strings.crashed);
  await example.run();
  await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
});

test('hostile links are refused, and nothing of them is written into the page', async ({ page }) => {
  const strings = words('en');
  const bad = [
    '#p=%%%',
    '#p=AAAA',
    linkOf({ v: 1, example: '<img src=x onerror=alert(1)>', files: {}, open: '' }),
    linkOf({ v: 1, example: 'xdp-drop', files: { '<script>.c': 'x' }, open: '' }),
    `#p=${'A'.repeat(60_000)}`,
  ];
  for (const fragment of bad) {
    await page.goto('about:blank');
    await open(page, 'en', fragment);
    await expect(page.getByText(strings['shared-bad'])).toBeVisible();
    await expect(page.locator('.program.shown pre')).toContainText('xdp_drop');
  }
  // A text that looks like markup is shown as the text that it is.
  await page.goto('about:blank');
  const text = '</script><script>document.title="gone"</script><img src=x onerror="document.title=1">\n';
  await open(page, 'en', linkOf({ v: 1, example: 'xdp-drop', files: { 'drop.bpf.c': text }, open: 'drop.bpf.c' }));
  await page.getByRole('button', { name: strings['shared-look'] }).click();
  await expect(page.locator('.program.shown pre')).toContainText('<img src=x onerror=');
  await expect(page).toHaveTitle(/Playground/);
  await expect(page.locator('.program img')).toHaveCount(0);
});

// Once is enough: files are the same everywhere.
test('what is too large for a link is saved as a file, which opens again', { tag: '@desktop' }, async ({ page }) => {
  const strings = words('en');
  const example = await open(page, 'en');
  await example.edit();
  let noise = '';
  for (let i = 0, n = 1; i < 900; i++) noise += `// ${(n = (n * 48271) % 2147483647).toString(36)}\n`;
  await example.replace(noise + main);
  await expect(example.status).toHaveText(strings.clean);
  await page.locator('.menu summary').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: strings.share }).click(),
  ]);
  const path = await file.path();
  await page.evaluate(() => localStorage.clear());
  const fresh = await open(page, 'en');
  await fresh.root.locator('.menu summary').click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: strings['open-file'] }).click(),
  ]);
  await chooser.setFiles(path);
  await expect(page.locator('.program.shown pre')).toContainText(noise.split('\n')[5] ?? '');
  await fresh.root.locator('.menu summary').click();
  const [again] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: strings['open-file'] }).click(),
  ]);
  await again.setFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"v":1,"projects":7}') });
  await expect(page.getByText(strings['import-bad'])).toBeVisible();
});

// A phone has no Tab key.
test('by keyboard alone: edit, be refused, mend, share', { tag: '@desktop' }, async ({ page }) => {
  const strings = words('en');
  const example = await open(page, 'en');
  await example.button('edit').focus();
  await page.keyboard.press('Enter');
  await expect(example.root.locator('.monaco-editor').first()).toBeVisible();
  // No word begins so, hence no list of suggestions opens, which would take Tab for itself.
  await page.keyboard.type('@');
  await expect(example.problems.first()).toBeAttached();
  await page.keyboard.press('Tab');
  await expect(example.button('run')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(tab(page, 'problems')).toHaveAttribute('aria-selected', 'true');
  await tab(page, 'problems').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(example.root.locator('textarea.inputarea').first()).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(example.problems).toHaveCount(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(example.result.locator('.packet-row').first()).toBeVisible();
  await example.root.locator('.menu summary').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: strings.share }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.playground-notices')).toContainText(/link/i);
  // Tabs: arrows go from one to the next.
  await tab(page, 'result').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'problems')).toBeFocused();
  await page.keyboard.press('End');
  await expect(tab(page, 'linux')).toHaveAttribute('aria-selected', 'true');
});
