// The shapes of code that the verifier can follow, and those that clang gives too.
import { describe, expect, test } from 'vitest';
import { decodeInstructions, LD_IMM64 } from '../../bpf/instruction.ts';
import { BPF_CALL, BPF_EXIT, BPF_JA, BPF_JMP, BPF_JMP32 } from '../../bpf/opcodes.ts';
import { readObject } from '../../loader/object.ts';
import { isProblem } from '../../loader/problems.ts';
import { compile } from '../compile.ts';
import type { Cpu } from '../testing/differential.ts';
import { generateProgram } from '../testing/generate.ts';
import { renderProgram } from '../testing/program-text.ts';
import { codeOf, messagesOf, objectOf, PRELUDE } from '../testing/code.ts';

const xdp = (body: string, before = ''): string =>
  `${before}\nSEC("xdp") int prog(struct xdp_md *ctx)\n{\n${body}\n}\nchar _license[] SEC("license") = "GPL";\n`;

const PACKET = `void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;\n`;

describe('what the verifier needs to see', () => {
  test('the checked pointer and the used one are one value', () => {
    const code = codeOf(
      xdp(
        `${PACKET} struct ethhdr *eth = data; if ((void *)(eth + 1) > end) return XDP_DROP; return eth->h_source[5];`,
      ),
    );
    expect(code).toMatchInlineSnapshot(`
      [
        "(61) r2 = *(u32 *)(r1 +4)",
        "(61) r1 = *(u32 *)(r1 +0)",
        "(bf) r3 = r1",
        "(07) r3 += 14",
        "(b4) w0 = 1",
        "(2d) if r3 > r2 goto pc+1",
        "(71) r0 = *(u8 *)(r1 +11)",
        "(95) exit",
      ]
    `);
  });

  test('what is read before a branch or a loop is not read again behind it, unless something writes', () => {
    const loads = (write: string): number =>
      codeOf(
        xdp(
          `${PACKET} __u32 *word = data; if ((void *)(word + 4) > end) return 0; __u32 sum = word[0];
          for (int i = 0; i < 10; i++) { if (ring[i & 7] != word[0]) { sum += word[1]; ${write} } }
          return sum + word[0];`,
          'volatile __u32 ring[8];',
        ),
      ).filter((line) => /= \*\(u8 \*\)|= \*\(u32 \*\)\(r\d \+0\)/.test(line)).length;
    const [plain, writing] = [loads(''), loads('word[2] = i; bpf_ktime_get_ns();')];
    expect([plain, writing]).toEqual([3, 5]);
  });

  test('context fields are loaded with their own width at a constant offset', () => {
    const code = codeOf(xdp(`return ctx->rx_queue_index + ctx->ingress_ifindex;`));
    expect(code.filter((line) => line.includes('*(u32 *)(r1'))).toHaveLength(2);
  });

  test('an array of bytes in a record is filled in words where the record puts it', () => {
    const types =
      'struct event { __u32 at[7]; __u8 bytes[16]; }; struct loose { __u8 at; __u32 word[2]; } __attribute__((packed));';
    const stores = (lvalue: string): number =>
      codeOf(
        xdp(
          `struct event event = {}; struct loose loose = {}; struct event *e = &event; struct loose *l = &loose;
        asm volatile("" : "+r"(e), "+r"(l)); __builtin_memset(${lvalue}, 1, 8); return e->at[0] + l->at;`,
          types,
        ),
      ).filter((line) => /\*\(u(8|32) \*\)\(r\d \+\d+\) = /.test(line) && !line.includes('r10')).length;
    expect([stores('e->bytes'), stores('l->word')]).toEqual([2, 8]);
  });

  test('a packed structure is read in bytes, an aligned one in words', () => {
    const body = `${PACKET} struct ethhdr *eth = data; struct iphdr *ip = (void *)(eth + 1);
      if ((void *)(ip + 1) > end) return 0; return eth->h_proto + ip->saddr;`;
    const code = codeOf(xdp(body)).join('\n');
    expect(code).toMatch(/\*\(u8 \*\)\(r\d \+12\)/);
    expect(code).toMatch(/\*\(u8 \*\)\(r\d \+13\)/);
    expect(code).toMatch(/\*\(u32 \*\)\(r\d \+26\)/);
  });

  test('a relocated offset is in the addition, and nowhere else', () => {
    const code = codeOf(
      `#include <bpf/bpf_core_read.h>
      struct inner { int pad; int value; }; struct outer { int pad[4]; struct inner inner; };
      SEC("raw_tp/x") int prog(struct bpf_raw_tracepoint_args *ctx)
      { struct outer *o = (void *)ctx->args[0]; return BPF_CORE_READ(o, inner.value); }`,
    );
    expect(code.filter((line) => /\b20$/.test(line))).toHaveLength(1);
  });

  test('two comparisons of one value stay two', () => {
    const code = codeOf(xdp(`__u32 x = ctx->rx_queue_index; if (x > 3 && x < 9) return 1; return 2;`));
    expect(code.filter((line) => line.includes('if '))).toHaveLength(2);
    expect(code.join('\n')).not.toMatch(/ [-+]= -?3/);
  });

  test('values that are not needed at the same time share their spill slot', () => {
    // ten at once, in twelve stretches of code: a slot for each would be 12 * 6 * 8 = 576 bytes
    const stretch = (n: number): string => {
      const names = Array.from({ length: 10 }, (_, i) => `v${n}_${i}`);
      return `${names.map((v) => `__u64 ${v} = bpf_ktime_get_ns();`).join(' ')} x ^= ${names.join(' + 3 * ')};`;
    };
    const code = codeOf(
      xdp(`__u64 x = 1; ${Array.from({ length: 12 }, (_, n) => stretch(n)).join('\n')} return x & 3;`),
    );
    const offsets = code.flatMap((line) => /r10 (-\d+)\) = r/.exec(line)?.[1] ?? []);
    expect(offsets.length).toBeGreaterThan(60);
    expect(new Set(offsets).size).toBeLessThan(10);
  });

  test('variables of inlined calls and of blocks share their place on the stack', () => {
    const before = `static __always_inline int one(int k) { char buf[300]; bpf_get_current_comm(buf, 300); return buf[k & 255]; }`;
    const used = (code: string[]): Set<string> =>
      new Set(code.flatMap((line) => /r\d \+= (-\d+)/.exec(line)?.[1] ?? []));
    expect(used(codeOf(xdp('return one(ctx->data) + one(ctx->data_end);', before))).size).toBe(1);
    const blocks = `int x = ctx->data; { char a[300]; bpf_get_current_comm(a, 300); x += a[x & 255]; }
      { char b[300]; bpf_get_current_comm(b, 300); x += b[x & 255]; } return x;`;
    expect(used(codeOf(xdp(blocks))).size).toBe(1);
    // only ever entered past its declaration: nobody knows when it lives, so it shares with nothing
    const jumped = `int x = ctx->data; char *p; goto in; { char a[200]; in: p = a; bpf_get_current_comm(p, 200); x += p[x & 127]; }
      { char b[200]; bpf_get_current_comm(b, 200); x += b[x & 127]; } return x;`;
    expect(used(codeOf(xdp(jumped))).size).toBe(2);
    // what a pointer reaches lives on
    const kept = `int x = ctx->data; char a[100]; bpf_get_current_comm(a, 100); { char b[100]; bpf_get_current_comm(b, 100); x += b[x & 63]; }
      return x + a[x & 63];`;
    expect(used(codeOf(xdp(kept))).size).toBe(2);
  });

  test('spills are whole slots', () => {
    const calls = Array.from({ length: 8 }, (_, i) => `__u64 v${i} = bpf_ktime_get_ns();`).join(' ');
    const sum = Array.from({ length: 8 }, (_, i) => `v${i}`).join(' ^ 3 * ');
    const code = codeOf(xdp(`${calls} return (${sum}) & 3;`));
    const stack = code.filter((line) => line.includes('(r10 '));
    expect(stack.length).toBeGreaterThan(0);
    for (const line of stack) {
      expect(line).toContain('u64');
      expect(Number(/r10 ([-+]\d+)/.exec(line)![1]) % 8).toBe(-0);
    }
  });

  test('values that outlive a call stand in r6 to r9', () => {
    const code = codeOf(xdp(`__u64 a = bpf_ktime_get_ns(); return bpf_ktime_get_ns() - a > 5;`));
    expect(code.join('\n')).toMatch(/r6 = r0/);
  });

  test('a switch is comparisons, not a table', () => {
    const cases = Array.from({ length: 12 }, (_, i) => `case ${i * 7}: return ${i + 1};`).join(' ');
    const code = codeOf(xdp(`switch (ctx->rx_queue_index) { ${cases} } return 0;`));
    expect(code.filter((line) => line.includes('if ')).length).toBeGreaterThanOrEqual(12);
  });

  test('an int that counts up from zero is an index without sign extension', () => {
    const code = codeOf(
      xdp(
        `__u8 sum = 0; ${PACKET} if (data + 16 > end) return 0; for (int i = 0; i < 16; i++) sum += ((__u8 *)data)[i]; return sum;`,
      ),
    );
    expect(code.join('\n')).not.toMatch(/s>>=/);
  });

  test('padding of an initialised structure is zeroed', () => {
    const code = codeOf(
      xdp(
        `struct key k = { .a = 1, .b = ctx->rx_queue_index }; return bpf_map_delete_elem(&m, &k);`,
        `struct key { __u8 a; __u32 b; };
         struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, struct key); __type(value, __u32); } m SEC(".maps");`,
      ),
    );
    const bytes = code
      .filter((line) => / = r\d$/.test(line) && line.includes('(r10 '))
      .reduce((n, line) => n + Number(/u(\d+)/.exec(line)![1]) / 8, 0);
    expect(bytes).toBe(8);
  });
});

describe('instruction set versions', () => {
  const body = `__u32 x = ctx->rx_queue_index; if (x < 5) return x * 3; return (__s16)x;`;
  test('v1 has neither 32-bit arithmetic nor jumps on less', () => {
    const code = codeOf(xdp(body), 'v1').join('\n');
    expect(code).not.toMatch(/\bw\d/);
    expect(code).not.toMatch(/if r\d <[= ]/);
  });
  test('v3 computes in 32 bits', () => {
    expect(codeOf(xdp(body), 'v3').join('\n')).toMatch(/w\d \*= 3/);
  });
  test('v4 has sign-extending moves and signed division', () => {
    expect(codeOf(xdp(body), 'v4').join('\n')).toMatch(/\(s16\)/);
    expect(messagesOf(xdp(`int x = ctx->rx_queue_index; return 100 / (x - 7);`), 'v4')).toEqual([]);
  });
});

describe('what only the back end can see', () => {
  test.each([
    ['C900', `char big[600]; bpf_get_current_comm(big, sizeof(big)); return 0;`, '', /BPF stack limit is exceeded/],
    [
      'C901',
      `return f(1, 2, 3, 4, 5, ctx->rx_queue_index);`,
      `static __noinline int f(int a, int b, int c, int d, int e, int g) { return a + b + c + d + e + g; }`,
      /stack arguments are not supported/,
    ],
    ['C904', `int a = ctx->rx_queue_index, b = ctx->ingress_ifindex; return a / b;`, '', /unsupported signed division/],
    ['C905', `return p(3);`, `int (*p)(int);`, /indirect call/],
    [
      'C903',
      `__u8 a[8]; __builtin_memcpy(a, (void *)(long)ctx->data, ctx->rx_queue_index & 7); return a[0];`,
      '',
      /A call to built-in function 'memcpy' is not supported/,
    ],
  ])('%s', (code, body, before, wording) => {
    const messages = messagesOf(xdp(body, before));
    expect(messages.some((m) => m.startsWith(code) && wording.test(m))).toBe(true);
  });

  test('what is refused is explained', () => {
    const notes = (source: string): string[] =>
      compile({ files: new Map([['t.c', PRELUDE + source]]), main: 't.c' }).diagnostics.flatMap((d) => [
        d.code,
        ...d.notes.map((n) => `${n.code} ${n.message}`),
      ]);
    expect(notes(xdp('char buf[600]; bpf_get_current_comm(buf, 600); return buf[3];'))).toEqual([
      'C900',
      "C850 'buf' takes 600 of the 512 bytes",
    ]);
    const three = 'struct three { long a, b, c; };';
    expect(
      notes(
        xdp('return f(ctx->data).c;', `${three} __noinline struct three f(long x) { return (struct three){ x }; }`),
      )[0],
    ).toBe('C919');
    expect(
      notes(
        xdp(
          'struct three t = { ctx->data }; return f(t);',
          `${three} __noinline long f(struct three t) { return t.a + t.c; }`,
        ),
      )[0],
    ).toBe('C920');
    expect(
      notes(xdp('return f(ctx->data);', 'static __noinline int f(int n) { return n > 5 ? n + f(n - 1) : 1; }')),
    ).toEqual(['C918']);
  });

  test('the stack may be 512 bytes, and no more', () => {
    const use = (n: number): string => xdp(`char b[${n}]; bpf_get_current_comm(b, sizeof(b)); return b[0];`);
    expect(messagesOf(use(512))).toEqual([]);
    expect(messagesOf(use(513))).toHaveLength(1);
  });

  test('a recursive function is an error of the verifier, not a hang of ours', () => {
    expect(
      objectOf(
        xdp(`return f(ctx->rx_queue_index);`, `static int f(int n) { return n < 2 ? 1 : f(n - 1) + f(n - 2); }`),
      ),
    ).toBeInstanceOf(Uint8Array);
  });
});

describe('inline assembly', () => {
  test('a barrier costs nothing and hides the value', () => {
    const code = codeOf(xdp(`__u32 x = 7; asm volatile("" : "+r"(x)); return x + 1;`));
    expect(code.join('\n')).toMatch(/w\d = 7[\s\S]*w\d \+= 1/);
  });
  test('mnemonics with operands', () => {
    const code = codeOf(
      xdp(
        `__u64 x = ctx->rx_queue_index, y; asm volatile("%[y] = %[x]\\n%[y] <<= 3" : [y]"=r"(y) : [x]"r"(x)); return y;`,
      ),
    );
    expect(code.join('\n')).toMatch(/r\d <<= 3/);
  });
});

/** Slots of an object's functions that no way from their beginning comes to. */
function unreached(source: string, cpu: Cpu): string[] {
  const result = compile({ files: new Map([['random.c', source]]), main: 'random.c', cpu });
  const object = readObject(result.object!, 'random.o');
  if (isProblem(object)) throw new Error(JSON.stringify(object));
  return object.functions.flatMap(({ name, section, start, end }) => {
    const code = decodeInstructions(section.data.slice(start, end));
    const seen = new Set<number>();
    const work = [0];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      const instruction = code[at];
      if (seen.has(at) || !instruction) continue;
      seen.add(at);
      const { opcode, offset, imm } = instruction;
      const jumps = (opcode & 7) === BPF_JMP || (opcode & 7) === BPF_JMP32;
      const operation = opcode & 0xf0;
      if (!jumps || operation === BPF_CALL) work.push(at + (opcode === LD_IMM64 ? 2 : 1));
      else if (operation === BPF_JA) work.push(at + 1 + ((opcode & 7) === BPF_JMP32 ? imm : offset));
      else if (operation !== BPF_EXIT) work.push(at + 1, at + 1 + offset);
    }
    return code.flatMap((c, i) =>
      seen.has(i) || code[i - 1]?.opcode === LD_IMM64 ? [] : [`${name} ${i}: ${c.opcode}`],
    );
  });
}

test('no instruction is left that nothing leads to: Linux refuses the whole program', () => {
  const found: string[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const cpu = (['v1', 'v2', 'v3', 'v4'] as const)[seed % 4]!;
    const options = { signedDivision: cpu === 'v4', fetchingAtomics: seed % 4 > 1, entry: 'packet' } as const;
    found.push(...unreached(renderProgram(generateProgram(seed + 100_100, options)), cpu));
  }
  expect(found).toEqual([]);
});
