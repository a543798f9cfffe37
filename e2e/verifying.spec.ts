// A verification of nearly a million instructions in the page: a bar that moves, a button that stops it, and the next run is a run.
import { deflateRawSync } from 'node:zlib';
import { Example, expect, languages, test, words, xdpDrop } from './support.ts';

/** About 800,000 instructions to walk. */
const LONG = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int walk(struct xdp_md *ctx)
{
	__u32 sum = ctx->ingress_ifindex;
	for (__u32 i = 0; i < 110000; i++)
		sum = sum * 3 + i;
	return sum & 1 ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`;
const link = (text: string): string => {
  const data = { v: 1, example: 'xdp-drop', files: { [xdpDrop.main]: text }, open: xdpDrop.main };
  return `#p=${deflateRawSync(Buffer.from(JSON.stringify(data))).toString('base64url')}`;
};

for (const language of languages) {
  const strings = words(language);

  test(`${language}: a long verification is stopped, and runs to its end the next time`, async ({ page }) => {
    await page.goto(`/${language}/playground/${link(LONG)}`);
    await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
    await page.getByRole('button', { name: strings['shared-look'] }).click();
    const example = new Example(page);
    await expect(example.root.locator('.program:visible')).toContainText('110000');

    // The walk takes a second or two: the button is pressed the moment it is there, and what the bar said is kept.
    const seen = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          new MutationObserver((_, observer) => {
            const button = document.querySelector<HTMLElement>('.verify-running button');
            if (!button) return;
            observer.disconnect();
            const said = document.querySelector('.verify-running')?.textContent ?? '';
            button.click();
            resolve(said);
          }).observe(document.body, { childList: true, subtree: true });
        }),
    );
    await example.run();
    expect(await seen).toContain('1,000,000');
    const running = example.root.locator('.verify-running');
    await expect(running).toHaveCount(0);
    await expect(example.problems.first()).toHaveAttribute('data-code', 'V606', { timeout: 30_000 });

    await example.run();
    await expect(example.problems).toHaveCount(0, { timeout: 30_000 });
    await expect(example.result.locator('.packet-row')).toHaveCount(xdpDrop.scenario.packets.length);
  });
}
