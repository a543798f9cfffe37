// The packet editor: fields and bytes say the same, packets are run, kept, shared, saved for Wireshark and read from captures.
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { Locator, Page } from 'playwright/test';
import type english from '../content/ui/en/packets.json';
import { violations } from './axe.ts';
import { Example, expect, languages, test, words, xdpDrop, type Language } from './support.ts';

const packetWords = (language: Language) =>
  JSON.parse(
    readFileSync(new URL(`../content/ui/${language}/packets.json`, import.meta.url), 'utf8'),
  ) as typeof english;

async function openPackets(page: Page, language: Language, fragment = ''): Promise<Locator> {
  await page.goto(`/${language}/playground/${fragment}`);
  await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
  await page.locator('[data-tab="packets-edit"]').click();
  await expect(page.locator('.packet-panel .packet-choice').first()).toBeVisible();
  return page.locator('.packet-panel');
}
const field = (panel: Locator, name: string): Locator => panel.locator(`[data-field="${name}"]`);
const byte = (panel: Locator, at: number): Locator => panel.locator(`[data-byte="${at}"]`);
const linkOf = (data: unknown): string =>
  `#p=${deflateRawSync(Buffer.from(JSON.stringify(data))).toString('base64url')}`;
async function choose(page: Page, panel: Locator, name: string, buffer: Buffer): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    panel.locator('[data-action="import-packets"]').click(),
  ]);
  await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

for (const language of languages) {
  const strings = packetWords(language);

  test(`${language}: a field changes its bytes, a byte its field, and checksums follow`, async ({ page }) => {
    const panel = await openPackets(page, language);
    const checksum = field(panel, 'ipv4.checksum');
    const before = await checksum.inputValue();
    // The first packet comes from 10.2.2.3; bytes 26 to 29 are its source.
    await expect(byte(panel, 29)).toHaveValue('03');
    await field(panel, 'ipv4.source').fill('10.2.2.1');
    await field(panel, 'ipv4.source').press('Enter');
    await expect(byte(panel, 29)).toHaveValue('01');
    await expect(checksum).not.toHaveValue(before);
    await expect(panel.locator('.field-wrong')).toHaveCount(0);
    await byte(panel, 29).focus();
    await page.keyboard.type('03');
    await expect(field(panel, 'ipv4.source')).toHaveValue('10.2.2.3');
    await expect(checksum).toHaveValue(before);
    await expect(byte(panel, 30)).toBeFocused();

    // On purpose: the tick goes, and the checksum is not what a sender would write.
    await panel.locator('.packet-mend input').uncheck();
    await field(panel, 'ipv4.ttl').fill('7');
    await field(panel, 'ipv4.ttl').press('Enter');
    await expect(panel.locator('.packet-field:has([data-field="ipv4.checksum"]) .field-wrong')).toBeVisible();
    await expect(checksum).toHaveValue(before);
    await field(panel, 'ipv4.ttl').fill('300');
    await field(panel, 'ipv4.ttl').press('Enter');
    await expect(panel.locator('.packet-message.problem')).toContainText('300');
    await expect(byte(panel, 22)).toHaveValue('07');
  });

  test(`${language}: packets are added, run, kept, and given up again`, async ({ page }) => {
    const panel = await openPackets(page, language);
    const example = new Example(page);
    const many = xdpDrop.scenario.packets.length;
    for (const preset of ['icmp', 'udp', 'tcp', 'arp', 'vlan', 'ipv6', 'truncated']) {
      await panel.locator('select').selectOption(preset);
      await panel.locator('[data-action="add-packet"]').click();
    }
    await expect(panel.locator('.packet-choice')).toHaveCount(many + 7);
    await panel.locator('[data-action="duplicate-packet"]').click();
    await field(panel, 'times').fill('3');
    await field(panel, 'times').press('Enter');
    await panel.locator('[data-action="run-packets"]').click();
    await expect(page.locator('.result .packet-row')).not.toHaveCount(0);
    await expect(example.status).toContainText('·');
    await page.reload();
    await expect(page.locator('.example.whole[data-ready]')).toBeAttached();
    await page.locator('[data-tab="packets-edit"]').click();
    await expect(panel.locator('.packet-choice')).toHaveCount(many + 8);
    await panel.locator('[data-action="original-packets"]').click();
    await expect(panel.locator('.packet-choice')).toHaveCount(many);
    await panel.locator('[data-action="own-packets"]').click();
    await expect(panel.locator('.packet-choice')).toHaveCount(many + 8);
    for (let i = 0; i < many + 8; i++) await panel.locator('[data-action="remove-packet"]').click();
    await expect(panel.getByText(strings.empty)).toBeVisible();
  });

  test(`${language}: nothing that axe minds, and nothing wider than the page`, async ({ page }) => {
    const panel = await openPackets(page, language);
    await panel.locator('summary').click();
    await panel.locator('.packet-mend input').uncheck();
    await field(panel, 'ipv4.ttl').fill('7');
    await field(panel, 'ipv4.ttl').press('Enter');
    expect(await violations(page, '.packet-panel')).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
}

test('a capture goes out and comes in, and what is none is refused in words', async ({ page }) => {
  const strings = packetWords('en');
  const panel = await openPackets(page, 'en');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.locator('[data-action="export-packets"]').click(),
  ]);
  const bytes = Buffer.concat((await (await file.createReadStream()).toArray()) as Buffer[]);
  expect(bytes.readUInt32LE(0)).toBe(0xa1b23c4d);
  await panel.locator('[data-action="remove-packet"]').click();
  await choose(page, panel, 'packets.pcap', bytes);
  await expect(panel.locator('.packet-choice')).toHaveCount(xdpDrop.scenario.packets.length);
  await expect(panel.locator('.packet-message')).toContainText('packets.pcap');

  const refused = panel.locator('.packet-message.problem');
  await choose(
    page,
    panel,
    '<img src=x onerror=alert(1)>.pcap',
    Buffer.from('<script>document.title="gone"</script> padding'),
  );
  await expect(refused).not.toBeEmpty();
  await choose(page, panel, 'huge.pcap', Buffer.alloc(9 << 20));
  await expect(refused).toContainText('9.0');
  const lying = Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(16, 0xff)]);
  await choose(page, panel, '<b>x</b>.pcap', lying);
  await expect(refused).toHaveText(strings['import-none'].replace('{file}', '<b>x</b>.pcap'));
  await expect(panel.locator('.packet-choice')).toHaveCount(xdpDrop.scenario.packets.length);
  await expect(page).toHaveTitle(/Playground/);
});

test('a link carries packets; own ones stay; hostile ones are refused', async ({ page, browser, baseURL }) => {
  const ui = words('en');
  const panel = await openPackets(page, 'en');
  await field(panel, 'ipv4.source').fill('10.2.2.77');
  await field(panel, 'ipv4.source').press('Enter');
  await page.locator('.menu summary').click();
  await page.getByRole('button', { name: ui.share }).click();
  const link = await page.locator('.playground-notices input').inputValue();

  const context = await browser.newContext({ baseURL: baseURL ?? '', serviceWorkers: 'block' });
  const other = await context.newPage();
  const mine = await openPackets(other, 'en');
  await field(mine, 'ipv4.source').fill('10.2.2.88');
  await field(mine, 'ipv4.source').press('Enter');
  await other.goto('about:blank');
  await other.goto(link);
  await other.getByRole('button', { name: ui['shared-look'] }).click();
  await expect(other.getByText(ui['shared-showing'])).toBeVisible();
  await other.locator('[data-tab="packets-edit"]').click();
  await expect(other.locator('.packet-choice').first()).toContainText('10.2.2.77');
  await other.getByRole('button', { name: ui['shared-take'] }).click();
  await expect(other.getByText(ui['shared-taken'])).toBeVisible();
  await other.locator('[data-tab="packets-edit"]').click();
  await expect(other.locator('.packet-choice', { hasText: '10.2.2.88' })).toHaveCount(1);
  await expect(other.locator('.packet-choice', { hasText: '10.2.2.77' })).toHaveCount(1);
  await context.close();

  const shared = (packets: unknown): unknown => ({ v: 1, example: 'xdp-drop', files: {}, open: '', packets });
  for (const packets of [
    'many',
    [{ hex: '<script>alert(1)</script>' }],
    [{ hex: '00'.repeat(4000) }],
    [{ hex: '00', count: 1e12 }],
    Array(65).fill({ hex: '00'.repeat(14) }),
  ]) {
    await page.goto('about:blank');
    await page.goto(`/en/playground/${linkOf(shared(packets))}`);
    await expect(page.getByText(ui['shared-bad'])).toBeVisible();
  }
});
