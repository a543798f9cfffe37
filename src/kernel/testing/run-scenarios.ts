// What BPF_PROG_TEST_RUN takes: sizes of packets and contexts, fields of contexts, for each type of program that has one. Asked of Linux
// once (the answers are kept beside this file), and of the simulated kernel at every test.
import { assemble } from '../../bpf/assemble.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import type { Step } from '../../judge/linux.ts';
import { little } from './machine.ts';

const scenarios: Record<string, Step[]> = {};

const program = (type: number, text: string, flags = 0): Step => ({
  do: 'load',
  type,
  insns: encodeInstructions(assemble(text).instructions),
  flags,
});
const XDP = 6;
const TC = 3;
const SOCKET = 1;
const CGROUP_SKB = 8;
const RAW_TP = 17;
const packet = (size: number): Uint8Array => new Uint8Array(size).map((_, i) => i * 7);

for (const [name, type, sizes] of [
  ['xdp', XDP, [0, 1, 13, 14, 15, 60, 1514, 3520, 3521, 4096]],
  ['tc', TC, [0, 13, 14, 15, 34, 60, 1514, 3600, 3712, 3713, 4096]],
  ['socket', SOCKET, [13, 14, 15, 34, 60, 3712]],
  ['cgroup_skb', CGROUP_SKB, [14, 15, 34, 60]],
] as const)
  scenarios[`${name} packet sizes`] = [
    program(
      type,
      type === CGROUP_SKB ? 'mov %r0, 1\nexit' : type === XDP ? 'mov %r0, 2\nexit' : 'ldxw %r0, [%r1+0]\nexit',
    ),
    ...sizes.map((size): Step => ({ do: 'run', prog: 0, packet: packet(size) })),
  ];
scenarios['xdp length by pointers'] = [
  program(XDP, 'ldxw %r2, [%r1+0]\nldxw %r0, [%r1+4]\nsub %r0, %r2\nexit'),
  ...[14, 60, 3520, 3600, 4096].map((size): Step => ({ do: 'run', prog: 0, packet: packet(size) })),
];
scenarios['socket, what the first bytes are'] = [
  program(SOCKET, 'mov %r6, %r1\n.slot 0x0000000000000030\nexit'),
  { do: 'run', prog: 0, packet: packet(60) },
];
scenarios['tc repeat adds up'] = [
  program(
    TC,
    'ldxw %r2, [%r1+76]\nldxw %r3, [%r1+80]\nmov %r4, %r2\nadd %r4, 20\nmov %r0, 0\njgt %r4, %r3, exit\nldxb %r0, [%r2+0]\nadd %r0, 1\nstxb [%r2+0], %r0\nexit',
  ),
  { do: 'run', prog: 0, packet: packet(60), repeat: 5 },
];
scenarios['xdp repeat adds up'] = [
  program(XDP, 'mov %r2, 4\ncall 44\nexit'),
  { do: 'run', prog: 0, packet: packet(60), repeat: 5 },
  { do: 'run', prog: 0, packet: packet(60), repeat: 20 },
];

/** struct xdp_md */
const xdpMd = (fields: readonly number[], size = 24): Uint8Array => {
  const bytes = new Uint8Array(size);
  fields.forEach((field, i) => bytes.set(little(field, 4), i * 4));
  return bytes;
};
scenarios['xdp contexts'] = [
  program(
    XDP,
    'ldxw %r2, [%r1+8]\nldxw %r0, [%r1+0]\nsub %r0, %r2\nldxw %r3, [%r1+12]\nlsh %r3, 16\nadd %r0, %r3\nexit',
  ),
  ...[
    [0, 60, 0],
    [0, 50, 0],
    [0, 61, 0],
    [4, 60, 0],
    [8, 60, 0],
    [6, 60, 0],
    [8, 60, 4],
    [252, 400, 0],
    [256, 400, 0],
    [300, 400, 0],
    [61, 60, 0],
    [0, 60, 0, 1],
    [0, 60, 0, 1, 1],
    [0, 60, 0, 0, 1],
    [0, 60, 0, 99999],
    [0, 60, 0, 0, 0, 1],
  ].map((fields): Step => ({ do: 'run', prog: 0, packet: packet(Math.max(60, fields[1] ?? 0)), ctx: xdpMd(fields) })),
  { do: 'run', prog: 0, packet: packet(60), ctx: xdpMd([0, 60, 0], 12) },
  { do: 'run', prog: 0, packet: packet(60), ctx: xdpMd([0, 60, 0], 32) },
  { do: 'run', prog: 0, packet: packet(60), ctx: xdpMd([0, 60, 0, 0, 0, 0, 0, 5], 32) },
];
scenarios['xdp metadata is written'] = [
  program(
    XDP,
    'mov %r6, %r1\nmov %r2, -4\ncall 54\njne %r0, 0, exit\nldxw %r2, [%r6+8]\nldxw %r3, [%r6+0]\nmov %r4, %r2\nadd %r4, 4\njgt %r4, %r3, exit\nstw [%r2+0], 0x11223344\nmov %r0, 2\nexit',
  ),
  { do: 'run', prog: 0, packet: packet(60) },
  { do: 'run', prog: 0, packet: packet(60), ctx: xdpMd([0, 60, 0]) },
  { do: 'run', prog: 0, packet: packet(60), ctx: xdpMd([8, 60, 0]) },
];

/** struct __sk_buff with one field set */
const skBuff = (offset: number, value: number, size = 192): Uint8Array => {
  const bytes = new Uint8Array(size);
  if (offset >= 0) bytes.set(little(value, 4), offset);
  return bytes;
};
for (const [name, type] of [
  ['tc', TC],
  ['cgroup_skb', CGROUP_SKB],
] as const)
  scenarios[`${name} contexts`] = [
    program(
      type,
      type === TC
        ? 'ldxw %r0, [%r1+8]\nldxw %r2, [%r1+32]\nadd %r0, %r2\nldxw %r2, [%r1+48]\nadd %r0, %r2\nldxw %r2, [%r1+36]\nadd %r0, %r2\nldxw %r2, [%r1+160]\nadd %r0, %r2\nexit'
        : 'mov %r0, 1\nexit',
    ),
    ...[
      -1, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 64, 68, 72, 76, 80, 84, 140, 144, 152, 160, 164, 168,
      176, 180, 184,
    ].map((offset): Step => ({ do: 'run', prog: 0, packet: packet(60), ctx: skBuff(offset, 1) })),
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(40, 99999) },
    ...[13, 14, 20, 60, 61].map((end): Step => ({ do: 'run', prog: 0, packet: packet(60), ctx: skBuff(80, end) })),
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(160, 60) },
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(160, 1000) },
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(160, 70000) },
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(164, 65536) },
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(8, 7, 100) },
    { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(196, 7, 200) },
  ];
scenarios['tc context is written'] = [
  program(
    TC,
    'stw [%r1+8], 5\nstw [%r1+32], 6\nstw [%r1+48], 7\nstw [%r1+64], 8\nstw [%r1+44], 9\nstw [%r1+72], 10\nlddw %r2, 0x1122334455\nstxdw [%r1+152], %r2\nmov %r0, 0\nexit',
  ),
  { do: 'run', prog: 0, packet: packet(60), ctx: skBuff(-1, 0) },
];
scenarios['xdp in two pieces'] = [
  program(
    XDP,
    'mov %r6, %r1\ncall 188\nldxw %r2, [%r6+0]\nldxw %r1, [%r6+4]\nsub %r1, %r2\nlsh %r0, 16\nadd %r0, %r1\nexit',
  ),
  program(
    XDP,
    'stdw [%r10-8], 0\nmov %r2, 24\nmov %r3, %r10\nadd %r3, -8\nmov %r4, 8\ncall 189\nldxw %r1, [%r10-8]\nadd %r0, %r1\nexit',
  ),
  ...[0, 1].flatMap((prog) =>
    [14, 28, 60].map((end): Step => ({ do: 'run', prog, packet: packet(60), ctx: xdpMd([0, end, 0]) })),
  ),
];
scenarios['raw_tp contexts'] = [
  program(RAW_TP, 'ldxdw %r0, [%r1+8]\nexit'),
  ...[0, 8, 16, 24, 96, 104].map((size): Step => ({ do: 'run', prog: 0, ...(size ? { ctx: packet(size) } : {}) })),
];
for (const [name, type] of [
  ['tracepoint', 5],
  ['kprobe', 2],
  ['perf_event', 7],
  ['cgroup_device', 15],
] as const)
  scenarios[`${name} has no test run`] = [
    program(type, 'mov %r0, 0\nexit'),
    { do: 'run', prog: 0, packet: packet(60) },
  ];

export const RUN_SCENARIOS: Readonly<Record<string, readonly Step[]>> = scenarios;
