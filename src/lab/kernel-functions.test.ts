// Programs that call the kernel's own functions, from C to their result: loops by bpf_for(), packets through dynptrs, records whose size
// is known at run time only. Where it can be asked, Linux loads the same object and says the same.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { askLibbpf, libbpfAbsence } from '../judge/libbpf.ts';
import { judgePresent } from '../judge/require.ts';
import { LabEngine } from './lab.ts';

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

const HEAD = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *dynptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, __u32 offset, void *buffer, __u32 size) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *dynptr, __u32 start, __u32 end) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *dynptr) __ksym;
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
int turns;
char LICENSE[] SEC("license") = "GPL";
`;
const xdp = (body: string): string => `${HEAD}SEC("xdp") int f(struct xdp_md *ctx) { ${body} }\n`;

/** name, body, verdict of the program (its number) over a packet of 60 bytes */
const PROGRAMS: readonly (readonly [string, string, number])[] = [
  ['bpf_for', 'int i, sum = 0; bpf_for(i, 0, 10) sum += i; return sum == 45;', 1],
  ['bpf_for left early', 'int i, sum = 0; bpf_for(i, 0, 10) { if (i == 4) break; if (i & 1) continue; sum += i; } return sum;', 2],
  ['bpf_for and return', 'int i; bpf_for(i, 0, 10) if (i == 3) return i; return 0;', 3],
  ['bpf_repeat inside bpf_for', 'int i; bpf_for(i, 0, 4) bpf_repeat(3) turns++; return turns == 12;', 1],
  ['bpf_for_each', 'int *i, sum = 0; bpf_for_each(num, i, 2, 5) sum += *i; return sum == 9;', 1],
  ['bpf_for over an index', 'char a[8] = {}; int i; bpf_for(i, 0, 8) a[i] = i; return a[3];', 3],
  ['a header through a dynptr', `struct bpf_dynptr p; char buffer[14]; unsigned char *eth;
    if (bpf_dynptr_from_xdp(ctx, 0, &p)) return 0;
    eth = bpf_dynptr_slice(&p, 0, buffer, sizeof(buffer));
    return eth && eth[12] == 8 && bpf_dynptr_size(&p) == ctx->data_end - ctx->data;`, 1],
  ['a dynptr made narrower', `struct bpf_dynptr p; __u8 version = 0;
    bpf_dynptr_from_xdp(ctx, 0, &p);
    if (bpf_dynptr_adjust(&p, 14, 34)) return 0;
    bpf_dynptr_read(&version, 1, &p, 0, 0);
    return version >> 4 == 4 && bpf_dynptr_size(&p) == 20;`, 1],
  ['a record of any size', `struct bpf_dynptr r; __u32 size = (ctx->data_end - ctx->data) & 127, failed;
    failed = bpf_ringbuf_reserve_dynptr(&events, size, 0, &r);
    if (!failed) failed = bpf_dynptr_write(&r, 0, &size, sizeof(size), 0);
    bpf_ringbuf_submit_dynptr(&r, 0);
    return !failed && bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= size;`, 1],
]; // prettier-ignore

const PACKET = { ipv4: { source: '10.2.2.1', destination: '10.2.2.2' }, icmp: {} };

describe('the simulated kernel', () => {
  test.each(PROGRAMS)('%s', (_name, body, result) => {
    const report = lab.run({ files: { 'a.bpf.c': xdp(body) }, main: 'a.bpf.c' }, { packets: [PACKET] });
    expect(report.diagnostics).toEqual([]);
    expect(report.packets?.map(({ retval }) => retval)).toEqual([result]);
  });
});

describe.skipIf(!judgePresent('bpf', await libbpfAbsence()))('Linux', () => {
  test.each(PROGRAMS)('%s', async (_name, body, result) => {
    const { object } = compile({ files: new Map([['a.bpf.c', xdp(body)]]), main: 'a.bpf.c' });
    const packet = new Uint8Array(60);
    packet.set([8, 0, 0x45], 12);
    const answer = await askLibbpf(object ?? new Uint8Array(), 'a.bpf.o', [packet]);
    expect({ message: answer.message, retval: answer.runs[0]?.retval }).toEqual({ message: '', retval: result });
  });
});
