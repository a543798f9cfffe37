// Whatever the source is: an object or diagnostics, no exception, no hang. MUTATIONS=10000 asks for more of it,
// MUTATION_SEED for another beginning; each mutant is a function of its number.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { HEADERS } from './headers/index.ts';
import { mutate } from './testing/mutate.ts';
import { Random } from './testing/random.ts';

const MUTATIONS = Number(process.env['MUTATIONS'] ?? 200);
const FIRST = Number(process.env['MUTATION_SEED'] ?? 1);
/** Milliseconds of processor time for one source: a busy machine is nobody's fault. */
const PATIENCE = 2000;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = [
  ...['load-balancer', 'classifier', 'callbacks'].map((name) => `fixtures/${name}.bpf.c`),
  ...readdirSync(`${FOLDER}fixtures/results`).map((name) => `fixtures/results/${name}`),
  ...readdirSync(`${FOLDER}parse/fixtures`).map((name) => `parse/fixtures/${name}`),
  'check/fixtures/values.c',
  'preprocess/fixtures/macros.c',
]
  .filter((name) => name.endsWith('.c'))
  .map((name) => readFileSync(FOLDER + name, 'utf8'));

/** What is wrong with the manner of the answer; '' when nothing is. `header`: the text of <h.h>, a header of the system. */
function trouble(source: string, header = ''): string {
  const start = process.cpuUsage();
  const files = new Map([
    ['main.c', source],
    ['/usr/include/h.h', header],
  ]);
  try {
    const { object, diagnostics } = compile({ files, main: 'main.c', includePaths: ['/usr/include'] });
    const failed = diagnostics.some((d) => d.severity === 'error');
    if (failed === (object !== null)) return 'an object beside an error, or neither';
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = process.cpuUsage(start).user / 1000;
  return took > PATIENCE ? `took ${took.toFixed(0)} ms` : '';
}

test(`${MUTATIONS} mutants give an object or diagnostics`, { timeout: 600_000 }, () => {
  const failures: string[] = [];
  for (let seed = FIRST; seed < FIRST + MUTATIONS && failures.length < 5; seed++) {
    const random = new Random(seed);
    const source = mutate(random.pick(SOURCES), random);
    const problem = trouble(source);
    if (problem !== '') failures.push(`mutant ${seed}: ${problem}\n${source.slice(0, 2000)}`);
  }
  expect(failures.join('\n\n')).toBe('');
});

const HEADER = [
  'linux/types.h',
  'linux/bpf.h',
  'linux/if_ether.h',
  'linux/ip.h',
  'bpf/bpf_helper_defs.h',
  'bpf/bpf_endian.h',
]
  .map((name) => HEADERS.get(name) ?? '')
  .join('\n');
const USES = `#include <h.h>
struct pair { __u32 a; enum xdp_action b; struct bpf_sock_tuple tuple; };
int prog(struct xdp_md *ctx) {
  struct ethhdr *eth = (void *)(long)ctx->data;
  struct pair p = { .a = BPF_ANY, .b = XDP_PASS };
  __u64 *value = bpf_map_lookup_elem((void *)(long)ctx->data_end, &p);
  if ((void *)(eth + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(2048)) return XDP_DROP;
  return value ? (int)bpf_ktime_get_ns() + sizeof(struct iphdr) : BPF_F_NO_PREALLOC;
}
`;

/** A header takes a few times as long as a program. */
const HEADER_MUTATIONS = Math.ceil(MUTATIONS / 4);

test(
  `${HEADER_MUTATIONS} mutants of headers, which are read in parts, give an object or diagnostics`,
  { timeout: 600_000 },
  () => {
    expect(trouble(USES, HEADER)).toBe('');
    const failures: string[] = [];
    for (let seed = FIRST; seed < FIRST + HEADER_MUTATIONS && failures.length < 5; seed++) {
      const random = new Random(seed);
      let header = HEADER;
      for (let times = random.below(8); times >= 0; times--) header = mutate(header, random);
      const problem = trouble(USES, header);
      if (problem !== '') failures.push(`mutant ${seed}: ${problem}`);
    }
    expect(failures.join('\n\n')).toBe('');
  },
);

test('a function of 25,000 instructions is compiled in a moment', { timeout: 60_000 }, () => {
  const lines = Array.from(
    { length: 2_500 },
    (_, i) => `if (in[${i % 8}] > ${i}) x = x * 3 + ${i}; else y ^= x + ${i};`,
  );
  const source = `__attribute__((section("xdp"), used)) int prog(volatile unsigned long long *in)
    { unsigned long long x = in[0], y = in[1]; ${lines.join('\n')} return x ^ y; }`;
  expect(trouble(source).replace(/^took (\d+) ms$/, (_, ms: string) => (Number(ms) < 8_000 ? '' : ms))).toBe('');
});
