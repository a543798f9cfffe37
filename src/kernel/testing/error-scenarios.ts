// Errors of helpers that the other scenarios do not provoke, and what helpers do at the edges of their arguments.
import type { Step } from '../../judge/linux.ts';
import { little } from './machine.ts';
import {
  ELEMENT,
  TC,
  TIMER_CALLBACK,
  TIMER_CANCEL,
  XDP,
  array,
  constant,
  instructions,
  key,
  lookup,
  onStack,
  scenarioBook,
  timed,
  timerInit,
  timerStart,
} from './scenario.ts';

const { scenarios, program, xdp, tc, described } = scenarioBook();

// ---- maps ----

/** struct bpf_lpm_trie_key with 4 bytes of data, at r10 - 8 */
const prefix = (length: number, last: number): string => `stw [%r10-8], ${length}\nstw [%r10-4], ${last}`;
const trie: Step = { do: 'map', type: 11, key: 8, value: 8, entries: 1, flags: 1 };
const held: Step = {
  do: 'update',
  map: 0,
  key: new Uint8Array([16, 0, 0, 0, 10, 2, 0, 0]),
  value: little(7, 8),
};
for (const [name, length, flags] of [
  ['of another prefix, full', 24, 0],
  ['of the same prefix', 16, 0],
  ['of the same prefix, no more', 16, 1],
  ['of another prefix, that must be there', 24, 2],
  ['of a prefix too long', 33, 0],
  ['with unknown flags', 24, 4],
  ['with more unknown flags', 24, 8],
] as const)
  xdp(
    `map_update_elem lpm_trie ${name}`,
    `${prefix(length, 0x20a)}
     stdw [%r10-16], 9
     lddw %r1, map[0]
     mov %r2, %r10
     add %r2, -8
     mov %r3, %r10
     add %r3, -16
     mov %r4, ${flags}
     call 2
     exit`,
    [trie, held],
    [{ do: 'lookup', map: 0, key: new Uint8Array([32, 0, 0, 0, 10, 2, 0, 1]) }],
  );
for (const length of [16, 24, 33])
  xdp(
    `map_delete_elem lpm_trie /${length}`,
    `${prefix(length, 0x20a)}\nlddw %r1, map[0]\nmov %r2, %r10\nadd %r2, -8\ncall 3\nexit`,
    [trie, held],
    [{ do: 'lookup', map: 0, key: new Uint8Array([32, 0, 0, 0, 10, 2, 0, 1]) }],
  );
xdp(
  'map_update_elem without a lock in the value, locked',
  `stw [%r10-4], 0
   stdw [%r10-16], 9
   lddw %r1, map[0]
   mov %r2, %r10
   add %r2, -4
   mov %r3, %r10
   add %r3, -16
   mov %r4, 4
   call 2
   exit`,
  [{ do: 'map', type: 1, key: 4, value: 8, entries: 2 }],
  [lookup(0, 0)],
);
for (const flags of [0, 1, 4])
  xdp(
    `map_push_elem bloom_filter flags ${flags}`,
    `stdw [%r10-8], 5
     lddw %r1, map[0]
     mov %r2, %r10
     add %r2, -8
     mov %r3, ${flags}
     call 87
     mov %r6, %r0
     lddw %r1, map[0]
     mov %r2, %r10
     add %r2, -8
     call 89
     lsh %r0, 8
     add %r0, %r6
     exit`,
    [{ do: 'map', type: 30, key: 0, value: 8, entries: 100 }],
  );

// ---- storage ----

const taskStorage: Step = { do: 'map', type: 29, key: 4, value: 8, entries: 0, flags: 1, keytype: 1, valuetype: 2 };
described('tc task_storage_delete of no task', 'lddw %r1, map[0]\nmov %r2, 0\ncall 157\nexit', [taskStorage], [], TC);
described(
  'tc task_storage_get of no task',
  'lddw %r1, map[0]\nmov %r2, 0\nmov %r3, 0\nmov %r4, 1\ncall 156\njeq %r0, 0, none\nmov %r0, 1\nexit\nnone: mov %r0, 2\nexit',
  [taskStorage],
  [],
  TC,
);

// ---- timers ----

/** What the callback's own call gave goes where user space can read it. */
const fired = (call: string): string => `fired: mov %r6, %r3\n${call}\nstxdw [%r6+16], %r0\nmov %r0, 0\nexit`;
for (const [name, call] of [
  ['cancels itself', TIMER_CANCEL],
  ['starts itself again with wrong flags', 'mov %r1, %r6\nmov %r2, 1\nmov %r3, 64\ncall 171'],
  ['starts itself again, later', 'mov %r1, %r6\nlddw %r2, 1000000000000\nmov %r3, 0\ncall 171\nadd %r0, 7'],
  ['makes itself anew', timerInit(1)],
] as const)
  described(
    `xdp timer that ${name}`,
    `${ELEMENT}\n${timerInit(1)}\n${TIMER_CALLBACK}\n${timerStart(0, 0)}\nexit\n${fired(call)}`,
    [timed],
    [lookup(0, 0)],
  );

// ---- text, sums, memory ----

for (const size of [0, 4, 8, 12, 20, 96, 104])
  xdp(
    `snprintf${size === 0 || size % 8 !== 0 ? ' refused' : ''} "%d" with ${size} bytes of arguments`,
    `${Array.from({ length: 13 }, (_, i) => `stdw [%r10-${8 * (i + 1)}], 65`).join('\n')}
     mov %r1, %r10
     add %r1, -128
     mov %r2, 16
     lddw %r3, value[0]
     mov %r4, %r10
     add %r4, -104
     mov %r5, ${size}
     stdw [%r10-128], 0
     stdw [%r10-120], 0
     call 165
     exit`,
    [...constant('%d')],
  );
for (const size of [8, 9, 97, 104])
  xdp(
    `trace_vprintk of "%d" with ${size} bytes of arguments`,
    `${onStack('%d')}
     ${Array.from({ length: 14 }, (_, i) => `stdw [%r10-${40 + 8 * i}], 5`).join('\n')}
     mov %r1, %r10
     add %r1, -32
     mov %r2, 3
     mov %r3, %r10
     add %r3, -144
     mov %r4, ${size}
     call 177
     exit`,
  );
for (const [from, to] of [
  [3, 4],
  [4, 6],
  [0, 4],
  [4, 0],
  [0, 0],
  [8, 4],
  [512, 0],
] as const)
  xdp(
    `csum_diff from ${from} to ${to} bytes`,
    `${Array.from({ length: 64 }, (_, i) => `stdw [%r10-${8 * (i + 1)}], ${0x1234 + i}`).join('\n')}
     mov %r1, %r10
     add %r1, -${Math.max(from, 1) > 8 ? 512 : 8}
     mov %r2, ${from}
     mov %r3, %r10
     add %r3, -16
     mov %r4, ${to}
     mov %r5, 7
     call 28
     exit`,
  );
for (const [helper, id] of [
  ['probe_read_kernel', 113],
  ['probe_read_user', 112],
  ['probe_read_kernel_str', 115],
  ['probe_read_user_str', 114],
] as const)
  for (const address of [
    '0',
    '0x1000',
    '0x7ffffffff000',
    '0x800000000000',
    '0x8000000000000',
    '0xffffffffffffffff',
    '0xffff888000000000',
  ])
    for (const size of address === '0xffff888000000000' ? [0] : [0, 4])
      xdp(
        `${helper} at ${address}, ${size} bytes of it`,
        `stdw [%r10-8], -1\nmov %r1, %r10\nadd %r1, -8\nmov %r2, ${size}\nlddw %r3, ${address}\ncall ${id}\nmov %r6, %r0\nldxdw %r1, [%r10-8]\nadd %r0, %r1\nexit`,
      );

// ---- the task ----

// SIGCONT and SIGURG do nothing to a process that waits for neither.
for (const signal of [18, 23, -1]) {
  xdp(`send_signal ${signal}`, `mov %r1, ${signal}\ncall 109\nexit`);
  xdp(`send_signal_thread ${signal}`, `mov %r1, ${signal}\ncall 117\nexit`);
}
for (const [device, inode] of [
  [0, 0xeffffffc],
  [4, 0],
] as const)
  xdp(
    `get_ns_current_pid_tgid of device ${device}, inode ${inode}`,
    `stdw [%r10-8], -1\nmov %r1, ${device}\nlddw %r2, ${inode}\nmov %r3, %r10\nadd %r3, -8\nmov %r4, 8\ncall 120\nldxdw %r1, [%r10-8]\nlsh %r1, 8\nadd %r0, %r1\nexit`,
  );

// ---- packets ----

const ARP = new Uint8Array(60).fill(1).with(12, 8).with(13, 6);
for (const type of [0, 1, 3])
  tc(`skb_set_tstamp of ARP, type ${type}`, `mov %r2, 5\nmov %r3, ${type}\ncall 192\nexit`, [], [], ARP);
tc('skb_change_proto of ARP', 'mov %r2, 0xdd86\nmov %r3, 0\ncall 31\nexit', [], [], ARP);
for (const flags of [0, 1, 2, 4])
  for (const device of [0, 1, 99_999])
    program(
      `clone_redirect to ${device} flags ${flags}`,
      TC,
      `mov %r6, %r1\nmov %r2, ${device}\nmov %r3, ${flags}\ncall 13\nldxw %r1, [%r6+0]\nlsh %r1, 16\nadd %r0, %r1\nexit`,
      [{ do: 'netns' }],
    );
for (const [name, device, length, difference, flags] of [
  ['fits', 1, 0, 0, 0],
  ['is too long by its difference', 1, 0, 100_000, 0],
  ['is given a length', 1, 70_000, 0, 0],
  ['is given a length that fits', 1, 1000, 0, 0],
  ['has no device', 9999, 0, 0, 0],
  ['asks for segments', 1, 0, 0, 1],
  ['has unknown flags', 1, 0, 0, 2],
  ['shrinks below nothing', 1, 0, -1000, 0],
] as const)
  for (const [label, type] of [
    ['xdp', XDP],
    ['tc', TC],
  ] as const)
    program(
      `${label} check_mtu: the packet ${name}`,
      type,
      `stw [%r10-4], ${length}
       mov %r2, ${device}
       mov %r3, %r10
       add %r3, -4
       mov %r4, ${difference}
       mov %r5, ${flags}
       call 163
       ldxw %r1, [%r10-4]
       lsh %r1, 8
       add %r0, %r1
       exit`,
      [{ do: 'netns' }],
    );

// ---- perf events ----

const events: Step = { do: 'map', type: 4, key: 4, value: 4, entries: 2 };
const output = (flags: string, size = 8): string =>
  `stdw [%r10-8], 1\nlddw %r2, map[0]\nlddw %r3, ${flags}\nmov %r4, %r10\nadd %r4, -8\nmov %r5, ${size}\ncall 25\nexit`;
// The run is on CPU 0; the first event is of that CPU, the second of the other one.
for (const [name, flags] of [
  ['of this CPU', '0'],
  ['of the current CPU', '0xffffffff'],
  ['of another CPU', '1'],
] as const)
  scenarios[`raw_tp perf_event_output to an event ${name}`] = [
    events,
    { do: 'event', map: 0, key: key(0), cpu: 0 },
    { do: 'event', map: 0, key: key(1), cpu: 1 },
    { do: 'load', type: 17, insns: instructions(output(flags)), btf: 0 },
    { do: 'run', prog: 0, cpu: 0, flags: 1 },
    { do: 'samples', event: 0 },
    { do: 'samples', event: 1 },
  ];
scenarios['raw_tp perf_event_output until there is no room'] = [
  events,
  { do: 'event', map: 0, key: key(0), cpu: 0 },
  {
    do: 'load',
    type: 17,
    insns: instructions(
      `${Array.from({ length: 64 }, (_, i) => `stdw [%r10-${8 * (i + 1)}], ${i}`).join('\n')}
       mov %r8, %r1
       mov %r6, 0
       again: mov %r1, %r8
       lddw %r2, map[0]
       lddw %r3, 0xffffffff
       mov %r4, %r10
       add %r4, -512
       mov %r5, 508
       call 25
       jne %r0, 0, full
       add %r6, 1
       jlt %r6, 100, again
       full: lsh %r6, 8
       add %r0, %r6
       exit`,
    ),
    btf: 0,
  },
  { do: 'run', prog: 0, cpu: 0, flags: 1 },
];

// ---- ring buffers ----

xdp(
  'ringbuf_output of more than there is',
  'lddw %r1, map[1]\nstw [%r10-4], 0\nmov %r2, %r10\nadd %r2, -4\ncall 1\njeq %r0, 0, exit\nmov %r2, %r0\nlddw %r1, map[0]\nmov %r3, 8192\nmov %r4, 0\ncall 130\nexit',
  [{ do: 'map', type: 27, key: 0, value: 0, entries: 4096 }, array(8192, 1)],
);

export const ERROR_SCENARIOS: Readonly<Record<string, readonly Step[]>> = scenarios;
