// A verification of nearly a million instructions in the worker: it shows how far it is, and can be called off.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLab } from './client.ts';
import { LabEngine } from './lab.ts';
import type { LabRequest, LabResponse } from './messages.ts';
import { Requests } from './requests.ts';

const KERNEL = fileURLToPath(new URL('../kernel/generated/kernel.wasm', import.meta.url));

/** Some eight instructions a round, and no two rounds are alike. */
const counting = (rounds: number) => ({
  files: {
    'long.bpf.c': `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int walk(struct xdp_md *ctx)
{
	__u32 sum = ctx->ingress_ifindex;
	for (__u32 i = 0; i < ${rounds}; i++)
		sum = sum * 3 + i;
	return sum & 1 ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`,
  },
  main: 'long.bpf.c',
});
const NOTHING = { packets: [] };
const LONG = 110_000;

let lab: LabEngine;
beforeAll(async () => {
  if (!existsSync(KERNEL)) throw new Error('src/kernel/generated/kernel.wasm is missing: npm run -s prepare:kernel');
  lab = await LabEngine.create(new WebAssembly.Module(readFileSync(KERNEL)));
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
    const requests = new Requests(Promise.resolve(lab), {
      post: (data) => setTimeout(() => worker.onmessage?.({ data })),
      now: () => performance.now(),
      nextTurn: () => new Promise((resolve) => setTimeout(resolve)),
    });
    return worker as unknown as Worker;
  });
}

describe('a long verification', () => {
  it('tells how far it is', async () => {
    const told: number[] = [];
    const outcome = await joined().run(counting(LONG), NOTHING, {
      progress: ({ instructions }) => told.push(instructions),
    });
    expect(outcome.ok && outcome.report.verified?.[0]?.accepted).toBe(true);
    expect(outcome.ok && outcome.report.verified?.[0]?.processed).toBeGreaterThan(800_000);
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('comes to the same report as one without pauses', async () => {
    const outcome = await joined().run(counting(15_000), NOTHING);
    expect(outcome.ok && outcome.report.verified).toEqual(lab.run(counting(15_000), NOTHING).verified);
  });

  it('ends where it is called off, and the report says so on the program', async () => {
    const control = new AbortController();
    const outcome = await joined().run(counting(LONG), NOTHING, {
      signal: control.signal,
      progress: () => control.abort(),
    });
    if (!outcome.ok) throw new Error(outcome.reason);
    expect(outcome.report.verified?.[0]).toMatchObject({ accepted: false });
    expect(outcome.report.verified?.[0]?.processed).toBeLessThan(800_000);
    expect(outcome.report.diagnostics.map(({ code }) => code)).toEqual(['V606']);
    expect(outcome.report.packets).toBeNull();
  });

  it('leaves the next one alone', () => {
    expect(lab.run(counting(10), NOTHING).verified?.[0]?.accepted).toBe(true);
  });
});
