// A project's replay, by the worker's own code: progress, calling off, and what else asks meanwhile.
import { beforeAll, describe, expect, it } from 'vitest';
import { udpCapture } from '../jit/bench.ts';
import { testKernel } from '../jit/fuzz.ts';
import type { Project, ReplayProgress } from './api.ts';
import { createLab } from './client.ts';
import { LabEngine } from './lab.ts';
import type { LabRequest, LabResponse } from './messages.ts';
import { replayProject } from './replay-project.ts';
import { Requests } from './requests.ts';

let lab: LabEngine;
beforeAll(async () => {
  lab = new LabEngine(await testKernel());
});

const HEAD = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
const project = (body: string): Project => ({ files: { 'a.bpf.c': HEAD + body }, main: 'a.bpf.c' });
const COUNT = `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
SEC("xdp") int count(struct xdp_md *ctx) { __u32 key = 0; __u64 *n = bpf_map_lookup_elem(&seen, &key); if (n) (*n)++; return XDP_PASS; }`;
const PASS = 'SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }';

describe('replayProject', () => {
  it('runs every packet, and says how far it is', async () => {
    const capture = udpCapture(120_000);
    const seen: ReplayProgress[] = [];
    const report = await replayProject(lab, project(COUNT), capture, { progress: (progress) => seen.push(progress) });
    expect(report).toMatchObject({ program: 'count', packets: 120_000, verdicts: { XDP_PASS: 120_000 }, cut: false });
    expect(report.maps[0]?.entries[0]?.decoded?.value).toBe(120_000);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual({ done: capture.length, total: capture.length, packets: 120_000 });
  });

  it('ends where it is called off', async () => {
    const report = await replayProject(lab, project(COUNT), udpCapture(120_000), { cancelled: () => true });
    expect(report).toMatchObject({ cancelled: true, cut: false });
    expect(report.packets).toBeGreaterThan(0);
    expect(report.packets).toBeLessThan(120_000);
    expect(report.maps[0]?.entries[0]?.decoded?.value).toBe(report.packets);
  });

  it.each([
    ['C with an error', 'SEC("xdp") int f(struct xdp_md *ctx) { return nothing; }', /undeclared|nothing/],
    ['a program that Linux refuses', 'SEC("xdp") int f(struct xdp_md *ctx) { for (;;) ; return 0; }', /./],
    ['two programs', `${PASS}\nSEC("xdp") int other(struct xdp_md *ctx) { return XDP_DROP; }`, /several programs/],
    [
      'a program of another kind',
      'SEC("raw_tp/sys_enter") int f(void *ctx) { return 0; }',
      /packets go to|not simulated/,
    ],
  ])('%s is a diagnostic', async (_name, body, message) => {
    const report = await replayProject(lab, project(body), udpCapture(3));
    expect(report).toMatchObject({ program: null, packets: 0 });
    expect(report.diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message);
  });

  it('a file that is no capture is a diagnostic', async () => {
    const report = await replayProject(lab, project(PASS), new Uint8Array(100));
    expect(report.diagnostics.map(({ code }) => code)).toEqual(['S012']);
  });
});

/** The worker's end and the page's, joined without a worker; messages take a turn of the event loop, as they do there. */
function joined(): ReturnType<typeof createLab> {
  return createLab(() => {
    const worker = {
      onmessage: null as ((event: { data: LabResponse }) => void) | null,
      onerror: null,
      postMessage: (request: LabRequest) => setTimeout(() => void requests.receive(request)),
      terminate: () => undefined,
    };
    const answer = (data: LabResponse): unknown => setTimeout(() => worker.onmessage?.({ data }));
    const requests = new Requests(Promise.resolve(lab), {
      post: answer,
      now: () => performance.now(),
      nextTurn: () => new Promise((resolve) => setTimeout(resolve)),
    });
    return worker as unknown as Worker;
  });
}

describe('in the page', () => {
  it('shows progress, and gives the report', async () => {
    let heard = 0;
    const outcome = await joined().replay(project(COUNT), udpCapture(300_000), { progress: () => heard++ });
    expect(outcome.ok && outcome.report).toMatchObject({ packets: 300_000, cancelled: false });
    expect(heard).toBeGreaterThan(0);
  });

  it('is called off by a signal', async () => {
    const control = new AbortController();
    const outcome = await joined().replay(project(COUNT), udpCapture(1_500_000), {
      signal: control.signal,
      progress: () => control.abort(),
    });
    expect(outcome.ok && outcome.report.cancelled).toBe(true);
    expect(outcome.ok && outcome.report.packets).toBeLessThan(1_500_000);
  });

  it('lets a check wait until it is over, as there is one kernel', async () => {
    const page = joined();
    const replay = page.replay(project(COUNT), udpCapture(150_000));
    const check = page.check(project('SEC("xdp") int f(struct xdp_md *ctx) { for (;;) ; return 0; }'));
    const [replayed, checked] = await Promise.all([replay, check]);
    expect(replayed.ok && replayed.report.packets).toBe(150_000);
    expect(checked.ok && checked.report.diagnostics).toHaveLength(1);
  });
});
