// Call stacks as a flame graph: drawn from a run, walked by keyboard and by finger, read as a table, saved for other tools.
import { readFileSync } from 'node:fs';
import type english from '../content/ui/en/flame.json';
import { violations } from './axe.ts';
import { Example, expect, languages, test, words } from './support.ts';

for (const language of languages) {
  const strings = JSON.parse(
    readFileSync(new URL(`../content/ui/${language}/flame.json`, import.meta.url), 'utf8'),
  ) as typeof english;

  test(`${language}: where the time goes, at a glance, by keyboard and as figures`, async ({ page, isMobile }) => {
    await page.goto(`/${language}/playground/#example=profile`);
    await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
    const example = new Example(page);
    await example.run();
    const tree = example.result.getByRole('tree', { name: strings.title });
    const frame = (name: string) => tree.locator('.flame-frame:visible', { hasText: name }).first();
    await expect(frame('net_rx_action')).toBeVisible();
    await expect(example.status).toHaveText((await example.result.locator('.profiled').textContent()) ?? '-');

    // As wide as its share: what is called is never wider than its caller, and all of it together is everything.
    const width = async (name: string): Promise<number> => (await frame(name).boundingBox())?.width ?? 0;
    expect(await width('handle_softirqs')).toBeGreaterThanOrEqual(await width('net_rx_action'));
    expect(await width('net_rx_action')).toBeGreaterThan(await width('ip_rcv'));
    const height = (await frame('net_rx_action').boundingBox())?.height ?? 0;
    expect(height).toBeGreaterThanOrEqual(isMobile ? 43 : 24);

    // By keyboard: down to what is called, across, and closer.
    await tree.getByRole('treeitem').first().focus();
    await page.keyboard.press('ArrowDown');
    await expect(frame('asm_common_interrupt')).toBeFocused();
    await expect(example.result.locator('.flame-said')).toContainText('asm_common_interrupt');
    await page.keyboard.press('ArrowRight');
    await expect(frame('entry_SYSCALL_64_after_hwframe')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(frame('asm_common_interrupt')).toBeHidden();
    const whole = (await tree.boundingBox())?.width ?? 0;
    expect(await width('entry_SYSCALL_64_after_hwframe')).toBeCloseTo(whole, -1);
    await page.keyboard.press('Escape');
    await expect(frame('asm_common_interrupt')).toBeVisible();

    // By mouse or finger: closer, and back.
    await frame('net_rx_action').click();
    expect(await width('net_rx_action')).toBeCloseTo(whole, -1);
    await expect(frame('entry_SYSCALL_64_after_hwframe')).toBeHidden();
    await frame('net_rx_action').click();
    await tree.getByRole('treeitem').first().click();
    await expect(frame('entry_SYSCALL_64_after_hwframe')).toBeVisible();

    await example.result.locator('.flame-table summary').click();
    await expect(example.result.locator('.flame-table tbody tr', { hasText: '__sys_recvfrom' })).toBeVisible();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      example.result.getByRole('button', { name: strings.save }).click(),
    ]);
    const text = Buffer.concat((await (await file.createReadStream()).toArray()) as Buffer[]).toString('utf8');
    expect(text).toMatch(/^(?:[\w;]+ \d+\n)+$/);
    expect(text).toContain(';do_syscall_64;__sys_recvfrom ');
    expect(await violations(page, '.playground')).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

    // Among the maps, too; and a map that keeps no stacks is refused where Linux refuses it.
    await page.locator('[data-tab="live-maps"]').click();
    await expect(page.locator('.live-maps .flame-frame').first()).toBeVisible();
    await expect(page.getByRole('button', { name: words(language)['send-again'] })).toHaveCount(0);
    await example.choose('wrong-map.bpf.c');
    await example.run();
    await expect(example.problems.first()).toContainText('cannot pass map_type 1 into func bpf_get_stackid#27');
  });
}
