// Whatever is typed, the page stays alive, says what is wrong within two seconds, and loses nothing.
import { Example, expect, source, test, words, xdpDrop } from './support.ts';

const strings = words('en');
const head = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp")\nint xdp_drop(struct xdp_md *ctx)\n{\n';
const foot = '\n}\nchar LICENSE[] SEC("license") = "GPL";\n';

/** A fixed stream of bytes that are no program: every run sees the same. */
function randomText(length: number): string {
  let state = 12345;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return String.fromCharCode(32 + ((state >>> 16) % 95));
  }).join('');
}

const inputs: readonly [string, string][] = [
  ['an endless loop', `${head}\tfor (;;)\n\t\tctx->data;\n\treturn XDP_PASS;${foot}`],
  ['1 MB of source', `${source(xdpDrop.main)}${'/* far too much of a good thing */\n'.repeat(30_000)}}`],
  ['one line of 1 MB', `int x = ${'1+'.repeat(500_000)}1;`],
  ['random bytes', randomText(20_000)],
  ['brackets without end', '('.repeat(50_000)],
  ['nothing', ''],
];

for (const [name, text] of inputs) {
  test(`${name}: a problem within two seconds, and the page stays alive`, async ({ page }) => {
    await page.goto('/en/what-is-ebpf/');
    const example = new Example(page);
    // The lab is loaded and warm: two seconds are for judging the text.
    await example.run();
    await expect(example.result).toBeVisible();
    await example.edit();
    await example.replace(text);
    // Pasted: from here the clock runs.
    await expect(example.problems.first()).toBeVisible({ timeout: 2000 });
    const alive = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
    expect(alive).toBe(true);
    await example.run();
    await expect(example.root.locator('.problem, .result:visible').first()).toBeVisible();
    await page.reload();
    if (text !== '' && text.length < 100_000) {
      await expect(example.program(xdpDrop.main).locator('pre')).toContainText(
        text.trim().split('\n').at(-1)?.slice(0, 60) ?? '',
      );
    }
    await expect(example.root.locator('.edited-mark').first()).toBeVisible();
    await example.button('reset').click();
    await example.run();
    await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
    await expect(example.root.getByText(strings.crashed)).toHaveCount(0);
  });
}
