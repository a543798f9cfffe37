// The same scenario and seed give the same bytes here and there: records and capture of a run in the browser's worker against a run in Node.
import { createHash } from 'node:crypto';
import { startLab } from '../src/cli/kernel.ts';
import type { Project } from '../src/lab/api.ts';
import type { LabRequest, LabResponse } from '../src/lab/messages.ts';
import { pathOf, type PathReport } from '../src/lab/path-report.ts';
import type { NetworkScenario } from '../src/lab/scenario.ts';
import { expect, source, test } from './support.ts';

const project: Project = { files: { 'drop.bpf.c': source('drop.bpf.c') }, main: 'drop.bpf.c' };

/** Drops, a burst that overruns a ring, a page fetched over TCP, a connection from outside (its sequence numbers are random), echoes, a neighbour that never answers. */
const network: NetworkScenario = {
  interfaces: [
    {
      name: 'eth0',
      mac: '02:00:00:00:00:02',
      addresses: ['10.2.2.2/24', 'fd00::2/64'],
      queues: 4,
      ring: 16,
      wire: { '10.2.2.1': '02:00:00:00:00:01', '10.2.2.3': '02:00:00:00:00:03' },
    },
  ],
  servers: [
    { name: 'dns', protocol: 'udp', port: 53, application: 'echo' },
    { name: 'web', protocol: 'tcp', port: 80, application: 'http' },
  ],
  clients: [
    { name: 'browser', protocol: 'tcp', address: '10.2.2.2', port: 80, count: 3, interval: 50 },
    { name: 'nobody', protocol: 'udp', address: '10.2.2.99', port: 9 },
  ],
  attach: [{ program: 'xdp_drop', at: 'xdp', interface: 'eth0' }],
  traffic: [
    {
      interface: 'eth0',
      packet: {
        ipv4: { source: '10.2.2.3', destination: '10.2.2.2' },
        tcp: { source: 5000, destination: 80, flags: 'S' },
      },
    },
    ...[1, 3].flatMap((host) =>
      [0, 1, 2].map((n) => ({
        interface: 'eth0',
        packet: {
          ipv4: { source: `10.2.2.${host}`, destination: '10.2.2.2' },
          udp: { source: 4000 + n, destination: 53 },
          payload: 'hello',
        },
        count: 200,
        rate: 500_000,
        burst: 50,
        at: 100 * n,
      })),
    ),
  ],
  duration: 4000,
};

/** One line a run: digests of everything that is in the report, and of the capture alone. */
function digest(report: PathReport): { readonly report: string; readonly capture: string; readonly packets: number } {
  const { capture, ...rest } = report;
  const hash = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
  return { report: hash(JSON.stringify(rest)), capture: hash(capture ?? ''), packets: report.packets };
}

test('the browser’s worker and Node agree, byte for byte', { tag: '@desktop' }, async ({ page }) => {
  const lab = await startLab();
  const here = pathOf(lab, project, network, { seed: 7 });
  expect(here.diagnostics).toEqual([]);
  expect(here.packets).toBeGreaterThan(1200);
  expect(here.capture?.length).toBeGreaterThan(5000);
  expect(digest(pathOf(lab, project, network, { seed: 8 }))).not.toEqual(digest(here));

  const loaded = page.waitForEvent('worker');
  await page.goto('/en/what-is-ebpf/');
  await page.locator('[data-action="run"]').first().click();
  const url = (await loaded).url();
  const request: LabRequest = { id: 1, kind: 'path', project, scenario: { network, seed: 7 } };
  // Twice in two workers: neither what a machine did before nor where it stands may matter.
  for (const _ of [1, 2]) {
    const answer = await page.evaluate(
      ([address, asked]) =>
        new Promise<{ report: unknown; capture: number[] }>((resolve, reject) => {
          const worker = new Worker(address, { type: 'module' });
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = (event: MessageEvent<LabResponse>) => {
            const response = event.data;
            if (response.id !== 1) return;
            worker.terminate();
            if (response.kind !== 'traced') {
              reject(new Error(JSON.stringify(response)));
              return;
            }
            const { capture, ...report } = response.report;
            resolve({ report, capture: [...(capture ?? [])] });
          };
          worker.postMessage(asked);
        }),
      [url, request] as const,
    );
    const there = { ...(answer.report as PathReport), capture: Uint8Array.from(answer.capture) };
    expect(digest(there)).toEqual(digest(here));
  }
});
