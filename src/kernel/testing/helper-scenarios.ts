// One small program after the other that calls a helper and gives back what it returned; packet and maps show what it did. Asked of
// Linux once (the answers are kept beside this file), and of the simulated kernel at every test.
import type { Step } from '../../judge/linux.ts';
import { little } from './machine.ts';
import {
  ELEMENT,
  PACKET,
  RAW_TP,
  SOCKET,
  SYSCALL,
  TC,
  TIMER_CALLBACK,
  TIMER_CANCEL,
  XDP,
  array,
  constant,
  instructions,
  key,
  locked,
  lookup,
  onStack,
  scenarioBook,
  timed,
  timerInit,
  timerStart,
  update,
} from './scenario.ts';

export { PACKET } from './scenario.ts';

const { scenarios, program, xdp, tc, described } = scenarioBook();

// ---- maps ----

/** r0 of one map helper with key `k` and flags, on a map of `type`. */
function mapHelpers(label: string, map: Step, value: string, shared = true): void {
  // On which CPU Linux runs the program is its affair, so what is in a per-CPU map is not compared.
  const look = (k: number): Step[] => (shared ? [lookup(0, k)] : []);
  for (const k of [0, 1, 9]) {
    for (const flags of [0, 1, 2, 3, 4]) {
      xdp(
        `map_update_elem ${label} key ${k} flags ${flags}`,
        `stw [%r10-4], ${k}
         stdw [%r10-16], 77
         lddw %r1, map[0]
         mov %r2, %r10
         add %r2, -4
         mov %r3, %r10
         add %r3, -16
         mov %r4, ${flags}
         call 2
         exit`,
        [map, update(0, 1, new Uint8Array(Buffer.from(value, 'hex')))],
        look(k),
      );
    }
    xdp(
      `map_lookup_elem ${label} key ${k}`,
      `stw [%r10-4], ${k}
       lddw %r1, map[0]
       mov %r2, %r10
       add %r2, -4
       call 1
       jeq %r0, 0, exit
       ldxdw %r1, [%r0+0]
       add %r1, 5
       stxdw [%r0+0], %r1
       mov %r0, %r1
       exit`,
      [map, update(0, 1, new Uint8Array(Buffer.from(value, 'hex')))],
      look(k),
    );
    xdp(
      `map_delete_elem ${label} key ${k}`,
      `stw [%r10-4], ${k}
       lddw %r1, map[0]
       mov %r2, %r10
       add %r2, -4
       call 3
       exit`,
      [map, update(0, 1, new Uint8Array(Buffer.from(value, 'hex')))],
      look(k),
    );
  }
}
mapHelpers('array', array(), '0700000000000000');
mapHelpers('hash', { do: 'map', type: 1, key: 4, value: 8, entries: 2 }, '0700000000000000');
mapHelpers('lru_hash', { do: 'map', type: 9, key: 4, value: 8, entries: 2 }, '0700000000000000');
mapHelpers(
  'percpu_hash',
  { do: 'map', type: 5, key: 4, value: 8, entries: 2 },
  '07000000000000000700000000000000',
  false,
);

for (const cpu of [0, 1, 5])
  for (const [label, type] of [
    ['percpu_array', 6],
    ['percpu_hash', 5],
  ] as const)
    xdp(
      `map_lookup_percpu_elem ${label} cpu ${cpu}`,
      `stw [%r10-4], 1
       lddw %r1, map[0]
       mov %r2, %r10
       add %r2, -4
       mov %r3, ${cpu}
       call 195
       jeq %r0, 0, exit
       ldxdw %r0, [%r0+0]
       exit`,
      [
        { do: 'map', type, key: 4, value: 8, entries: 2 },
        update(0, 1, new Uint8Array(Buffer.from('05000000000000000600000000000000', 'hex'))),
      ],
    );

for (const [label, type] of [
  ['queue', 22],
  ['stack', 23],
] as const) {
  const map: Step = { do: 'map', type, key: 0, value: 8, entries: 2 };
  const value = (n: number): Step => ({ do: 'update', map: 0, value: little(n, 8) });
  for (const flags of [0, 1, 2, 3])
    for (const filled of [1, 2])
      xdp(
        `map_push_elem ${label} flags ${flags} with ${filled}`,
        `stdw [%r10-8], 33
         lddw %r1, map[0]
         mov %r2, %r10
         add %r2, -8
         mov %r3, ${flags}
         call 87
         exit`,
        [map, ...[value(1), value(2)].slice(0, filled)],
        [
          { do: 'take', map: 0 },
          { do: 'take', map: 0 },
          { do: 'take', map: 0 },
        ],
      );
  for (const [helper, id] of [
    ['pop', 88],
    ['peek', 89],
  ] as const)
    for (const filled of [0, 2])
      xdp(
        `map_${helper}_elem ${label} with ${filled}`,
        `stdw [%r10-8], 99
         lddw %r1, map[0]
         mov %r2, %r10
         add %r2, -8
         call ${id}
         ldxdw %r1, [%r10-8]
         lsh %r1, 8
         add %r0, %r1
         exit`,
        [map, ...[value(1), value(2)].slice(0, filled)],
        [{ do: 'take', map: 0 }],
      );
}
for (const wanted of [7, 8])
  xdp(
    `map_peek_elem bloom_filter ${wanted}`,
    `stdw [%r10-8], ${wanted}
     lddw %r1, map[0]
     mov %r2, %r10
     add %r2, -8
     call 89
     exit`,
    [
      { do: 'map', type: 30, key: 0, value: 8, entries: 100 },
      { do: 'update', map: 0, value: little(7, 8) },
    ],
  );

// ---- callbacks ----

for (const [times, stopAt, flags] of [
  [0, 99, 0],
  [5, 99, 0],
  [5, 3, 0],
  [5, 99, 1],
  [8388609, 99, 0],
] as const)
  xdp(
    `loop ${times} stop ${stopAt} flags ${flags}`,
    `stdw [%r10-8], 0
     mov %r1, ${times}
     lddw %r2, func turn
     mov %r3, %r10
     add %r3, -8
     mov %r4, ${flags}
     call 181
     ldxdw %r1, [%r10-8]
     lsh %r1, 8
     add %r0, %r1
     exit
     turn: ldxdw %r3, [%r2+0]
     add %r3, %r1
     stxdw [%r2+0], %r3
     mov %r0, 0
     jne %r1, ${stopAt}, over
     mov %r0, 1
     over: exit`,
  );
for (const [label, type] of [
  ['array', 2],
  ['hash', 1],
] as const)
  for (const [stopAt, flags] of [
    [99, 0],
    [20, 0],
    [99, 1],
  ] as const)
    xdp(
      `for_each_map_elem ${label} stop ${stopAt} flags ${flags}`,
      `stdw [%r10-8], 0
       lddw %r1, map[0]
       lddw %r2, func each
       mov %r3, %r10
       add %r3, -8
       mov %r4, ${flags}
       call 164
       ldxdw %r1, [%r10-8]
       lsh %r1, 8
       add %r0, %r1
       exit
       each: ldxdw %r1, [%r3+0]
       ldxdw %r2, [%r4+0]
       add %r2, %r1
       stxdw [%r4+0], %r2
       mov %r0, 0
       jne %r1, ${stopAt}, over
       mov %r0, 1
       over: exit`,
      [
        { do: 'map', type, key: 4, value: 8, entries: 3 },
        update(0, 0, little(20, 8)),
        ...(label === 'array' ? [update(0, 1, little(20, 8)), update(0, 2, little(30, 8))] : []),
      ],
    );

// ---- tail calls ----

const goOn = (index: number): string =>
  `mov %r6, %r1
   stw [%r10-4], 0
   lddw %r1, map[1]
   mov %r2, %r10
   add %r2, -4
   call 1
   jeq %r0, 0, nothing
   ldxdw %r1, [%r0+0]
   add %r1, 1
   stxdw [%r0+0], %r1
   nothing: mov %r1, %r6
   lddw %r2, map[0]
   mov %r3, ${index}
   call 12
   mov %r0, 7
   exit`;
for (const index of [0, 1, 5])
  scenarios[`xdp tail_call itself at ${index}`] = [
    { do: 'map', type: 3, key: 4, value: 4, entries: 2 },
    array(),
    { do: 'load', type: XDP, insns: instructions(goOn(index)) },
    { do: 'update', map: 0, key: key(0), value: 'prog:0' },
    { do: 'run', prog: 0, packet: PACKET },
    lookup(1, 0),
  ];
scenarios['xdp tail_call another'] = [
  { do: 'map', type: 3, key: 4, value: 4, entries: 2 },
  array(),
  { do: 'load', type: XDP, insns: instructions('mov %r0, 55\nexit') },
  { do: 'load', type: XDP, insns: instructions(goOn(1)) },
  { do: 'update', map: 0, key: key(1), value: 'prog:0' },
  { do: 'run', prog: 1, packet: PACKET },
  lookup(1, 0),
];

// ---- ring buffer and perf events ----

const ring: Step = { do: 'map', type: 27, key: 0, value: 0, entries: 4096 };
for (const [size, flags] of [
  [8, 0],
  [4080, 0],
  [4088, 0],
  [4096, 0],
  [8, 1],
] as const)
  for (const [helper, id] of [
    ['submit', 132],
    ['discard', 133],
  ] as const)
    xdp(
      `ringbuf_reserve ${size} flags ${flags} ${helper}`,
      `lddw %r1, map[0]
       mov %r2, ${size}
       mov %r3, ${flags}
       call 131
       mov %r6, 100
       jeq %r0, 0, none
       stdw [%r0+0], 5
       mov %r1, %r0
       mov %r2, 0
       call ${id}
       mov %r6, 200
       none: lddw %r1, map[0]
       mov %r2, 0
       call 134
       lsh %r0, 8
       add %r0, %r6
       exit`,
      [ring],
    );
for (const [size, flags] of [
  [8, 0],
  [8, 1],
  [8, 2],
  [8, 3],
  [8, 4],
  [0, 0],
  [13, 0],
] as const)
  xdp(
    `ringbuf_output ${size} flags ${flags}`,
    `stdw [%r10-8], 1
     stdw [%r10-16], 2
     lddw %r1, map[0]
     mov %r2, %r10
     add %r2, -16
     mov %r3, ${size}
     mov %r4, ${flags}
     call 130
     mov %r6, %r0
     lddw %r1, map[0]
     mov %r2, 3
     call 134
     lsh %r0, 8
     add %r0, %r6
     exit`,
    [ring],
  );
xdp(
  'ringbuf_output into a full buffer',
  `stdw [%r10-8], 1
   mov %r6, 0
   again: lddw %r1, map[0]
   mov %r2, %r10
   add %r2, -8
   mov %r3, 8
   mov %r4, 0
   call 130
   jne %r0, 0, exit
   add %r6, 1
   jlt %r6, 600, again
   exit`,
  [ring],
);
for (const what of [0, 1, 2, 3, 4])
  xdp(`ringbuf_query ${what}`, `lddw %r1, map[0]\nmov %r2, ${what}\ncall 134\nexit`, [ring]);

const perf: Step = { do: 'map', type: 4, key: 4, value: 4, entries: 2 };
for (const flags of ['0', '0xffffffff', '7', '0x4000000000', '0x50ffffffff', '0x1000000000000000'])
  for (const type of [XDP, TC])
    program(
      `${type === XDP ? 'xdp' : 'tc'} perf_event_output flags ${flags}`,
      type,
      `stdw [%r10-8], 1
       lddw %r2, map[0]
       lddw %r3, ${flags}
       mov %r4, %r10
       add %r4, -8
       mov %r5, 8
       call 25
       exit`,
      [perf],
    );

// ---- text and memory ----

for (const text of [
  '123',
  '-5',
  '  42x',
  '0x1f',
  '017',
  '08',
  '-',
  '',
  'abc',
  '0x',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551616',
  '+7',
  '1f',
])
  for (const base of [0, 10, 16, 3])
    for (const [helper, id] of [
      ['strtol', 105],
      ['strtoul', 106],
    ] as const)
      xdp(
        `${helper} "${text}" base ${base}`,
        `${onStack(text)}
         stdw [%r10-40], 9
         mov %r1, %r10
         add %r1, -32
         mov %r2, ${Math.max(1, text.length)}
         mov %r3, ${base}
         mov %r4, %r10
         add %r4, -40
         call ${id}
         mov %r6, %r0
         stw [%r10-44], 0
         lddw %r1, map[0]
         mov %r2, %r10
         add %r2, -44
         mov %r3, %r10
         add %r3, -40
         mov %r4, 0
         call 2
         mov %r0, %r6
         exit`,
        [array()],
        [lookup(0, 0)],
      );
for (const [a, size] of [
  ['eth0', 8],
  ['eth', 8],
  ['eth1', 8],
  ['ath', 8],
  ['eth0abc', 4],
] as const)
  xdp(
    `strncmp "${a}" ${size}`,
    `${onStack(a)}
     mov %r1, %r10
     add %r1, -32
     mov %r2, ${size}
     lddw %r3, value[0]
     call 182
     exit`,
    constant('eth0'),
  );
/** Formats that the verifier does not let pass, as they are constants. */
const REFUSED_FORMATS: ReadonlySet<string> = new Set(['%hd %hhu', '%y', '%', '%o %X', '%#x %#o', '%l']);
for (const [text, room] of [
  ['%d', 32],
  ['%d %u %x', 32],
  ['%5d|%-5d|', 32],
  ['%05d %lld', 32],
  ['%llx %lx', 32],
  ['%hd %hhu', 32],
  ['%c%c', 32],
  ['%%', 32],
  ['%i', 4],
  ['%d %d %d', 4],
  ['%y', 32],
  ['%', 32],
  ['plain', 32],
  ['%o %X', 32],
  ['%+d % d', 32],
  ['%#x %#o', 32],
  ['%08x', 32],
  ['%l', 32],
  ['%pI4', 32],
  ['%s', 32],
] as const)
  xdp(
    `snprintf${REFUSED_FORMATS.has(text) ? ' refused' : ''} "${text}" room ${room}`,
    `stdw [%r10-8], 0
     stdw [%r10-16], 65
     stdw [%r10-24], 300
     stdw [%r10-32], -7
     stdw [%r10-64], 0
     stdw [%r10-56], 0
     stdw [%r10-48], 0
     stdw [%r10-40], 0
     mov %r1, %r10
     add %r1, -64
     mov %r2, ${room}
     lddw %r3, value[0]
     mov %r4, %r10
     add %r4, -32
     mov %r5, 24
     call 165
     mov %r6, %r0
     stw [%r10-68], 0
     lddw %r1, map[1]
     mov %r2, %r10
     add %r2, -68
     mov %r3, %r10
     add %r3, -64
     mov %r4, 0
     call 2
     mov %r0, %r6
     exit`,
    [...constant(text), array(32)],
    [lookup(1, 0)],
  );
for (const [text, size] of [
  ['hello', 6],
  ['%d %d %d', 9],
  ['%d %d %d %d', 12],
  ['%lld', 5],
  ['%y', 3],
  ['no end', 6],
] as const)
  xdp(
    `trace_printk "${text}"`,
    `${onStack(text)}
     mov %r1, %r10
     add %r1, -32
     mov %r2, ${size}
     mov %r3, 1
     mov %r4, 22
     mov %r5, -3
     call 6
     exit`,
  );
for (const size of [0, 8, 24, 12])
  xdp(
    `trace_vprintk with ${size} bytes`,
    `${onStack('%d %d')}
     stdw [%r10-40], 5
     stdw [%r10-48], 6
     stdw [%r10-56], 7
     mov %r1, %r10
     add %r1, -32
     mov %r2, 6
     mov %r3, %r10
     add %r3, -56
     mov %r4, ${size}
     call 177
     exit`,
  );
for (const [helper, id] of [
  ['probe_read_kernel', 113],
  ['probe_read_kernel_str', 115],
  ['probe_read_user', 112],
  ['probe_read_user_str', 114],
] as const)
  for (const from of ['map', 'null', 'hole'])
    xdp(
      `${helper} of ${from}`,
      `stdw [%r10-8], -1
       ${from === 'map' ? 'lddw %r3, value[0]' : from === 'null' ? 'mov %r3, 0' : 'lddw %r3, 0xffff8000deadbeef'}
       mov %r1, %r10
       add %r1, -8
       mov %r2, 8
       call ${id}
       mov %r6, %r0
       stw [%r10-12], 0
       lddw %r1, map[1]
       mov %r2, %r10
       add %r2, -12
       mov %r3, %r10
       add %r3, -8
       mov %r4, 0
       call 2
       mov %r0, %r6
       exit`,
      [...constant('ab'), array()],
      [lookup(1, 0)],
    );
for (const [helper, id] of [
  ['probe_read', 4],
  ['probe_read_str', 45],
] as const)
  for (const from of ['map', 'null'])
    program(
      `raw_tp ${helper} of ${from}`,
      RAW_TP,
      `stdw [%r10-8], -1
       ${from === 'map' ? 'lddw %r3, value[0]' : 'mov %r3, 0'}
       mov %r1, %r10
       add %r1, -8
       mov %r2, 8
       call ${id}
       ldxdw %r1, [%r10-8]
       lsh %r1, 8
       add %r0, %r1
       exit`,
      constant('ab'),
    );
program(
  'syscall copy_from_user of null',
  SYSCALL,
  `stdw [%r10-8], -1
   mov %r1, %r10
   add %r1, -8
   mov %r2, 8
   mov %r3, 0
   call 148
   ldxdw %r1, [%r10-8]
   add %r0, %r1
   exit`,
);

// ---- the machine ----

for (const [name, id] of [
  ['ktime_get_ns', 5],
  ['ktime_get_boot_ns', 125],
  ['ktime_get_tai_ns', 208],
] as const)
  xdp(
    `${name} goes on`,
    `call ${id}
     mov %r6, %r0
     call ${id}
     mov %r7, %r0
     mov %r0, 0
     jge %r6, %r7, exit
     jeq %r6, 0, exit
     mov %r0, 1
     exit`,
  );
for (const [name, id] of [
  ['ktime_get_coarse_ns', 160],
  ['jiffies64', 118],
] as const)
  xdp(
    `${name} never goes back`,
    `call ${id}
     mov %r6, %r0
     call ${id}
     mov %r7, %r0
     mov %r0, 0
     jgt %r6, %r7, exit
     jeq %r6, 0, exit
     mov %r0, 1
     exit`,
  );
xdp(
  'get_prandom_u32 twice',
  'call 7\nmov %r6, %r0\ncall 7\nmov %r1, %r0\nmov %r0, 0\njeq %r1, %r6, exit\nrsh %r1, 32\njne %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_smp_processor_id', 'call 8\nmov %r1, %r0\nmov %r0, 0\njge %r1, 2, exit\nmov %r0, 1\nexit');
xdp('get_numa_node_id', 'call 42\nexit');
xdp(
  'get_current_pid_tgid',
  'call 14\nmov %r1, %r0\nmov32 %r2, %r1\nrsh %r1, 32\nmov %r0, 0\njne %r1, %r2, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_current_uid_gid', 'call 15\nexit');
xdp('get_current_task', 'call 35\nmov %r1, %r0\nmov %r0, 0\njsge %r1, 0, exit\nmov %r0, 1\nexit');
xdp(
  'get_current_task_btf',
  'call 158\nldxw %r1, [%r0+1264]\nldxw %r2, [%r0+1268]\nmov %r0, 0\njne %r1, %r2, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_current_cgroup_id', 'call 80\nmov %r1, %r0\nmov %r0, 0\njeq %r1, 0, exit\nmov %r0, 1\nexit');
xdp(
  'get_current_comm cut',
  `stdw [%r10-8], -1
   mov %r1, %r10
   add %r1, -8
   mov %r2, 2
   call 16
   ldxb %r1, [%r10-7]
   lsh %r1, 8
   add %r0, %r1
   ldxb %r1, [%r10-6]
   lsh %r1, 16
   add %r0, %r1
   exit`,
);
for (const signal of [0, 65]) {
  xdp(`send_signal ${signal}`, `mov %r1, ${signal}\ncall 109\nexit`);
  xdp(`send_signal_thread ${signal}`, `mov %r1, ${signal}\ncall 117\nexit`);
}

// ---- XDP ----

for (const delta of [0, -10, 10, -216, -217, -300, 40, 46, 47, 60, 200])
  xdp(`xdp_adjust_head ${delta}`, `mov %r2, ${delta}\ncall 44\nexit`);
for (const delta of [0, -10, 10, -46, -47, -60, 3400, 3460, 3461, 4000])
  xdp(`xdp_adjust_tail ${delta}`, `mov %r2, ${delta}\ncall 65\nexit`);
for (const delta of [0, -4, -8, -3, -32, -36, -216, -252, -256, 4])
  xdp(`xdp_adjust_meta ${delta}`, `mov %r2, ${delta}\ncall 54\nexit`);
xdp(
  'xdp_adjust_meta, then head',
  `mov %r6, %r1
   mov %r2, -8
   call 54
   mov %r1, %r6
   mov %r2, -6
   call 44
   exit`,
);
for (const length of [14, 60, 3520, 3521, 4096])
  xdp(`xdp_get_buff_len of ${length}`, 'call 188\nexit', [], [], new Uint8Array(length).fill(7));
for (const [offset, size] of [
  [0, 8],
  [12, 2],
  [52, 8],
  [53, 8],
  [60, 1],
  [0xffff, 8],
  [0x10000, 8],
] as const) {
  xdp(
    `xdp_load_bytes ${offset} ${size}`,
    `stdw [%r10-8], -1
     mov %r2, ${offset}
     mov %r3, %r10
     add %r3, -8
     mov %r4, ${size}
     call 189
     ldxw %r1, [%r10-8]
     lsh %r1, 8
     add %r0, %r1
     exit`,
  );
  xdp(
    `xdp_store_bytes ${offset} ${size}`,
    `lddw %r2, 0x1122334455667788
     stxdw [%r10-8], %r2
     mov %r2, ${offset}
     mov %r3, %r10
     add %r3, -8
     mov %r4, ${size}
     call 190
     exit`,
  );
}
const long = new Uint8Array(4096).map((_, i) => i * 7);
for (const [helper, id, delta] of [
  ['adjust_head', 44, 10],
  ['adjust_head', 44, 4000],
  ['adjust_tail', 65, 0],
  ['adjust_tail', 65, 10],
  ['adjust_tail', 65, -10],
  ['adjust_tail', 65, -576],
  ['adjust_tail', 65, -600],
  ['adjust_tail', 65, -4083],
  ['adjust_tail', 65, 3520],
  ['adjust_tail', 65, 3521],
  ['adjust_meta', 54, -8],
] as const)
  xdp(`xdp_${helper} ${delta} of 4096 bytes`, `mov %r2, ${delta}\ncall ${id}\nexit`, [], [], long);
xdp(
  'xdp_load_bytes across page and fragment',
  `stdw [%r10-8], 0
   mov %r2, 3516
   mov %r3, %r10
   add %r3, -8
   mov %r4, 8
   call 189
   ldxdw %r1, [%r10-8]
   add %r0, %r1
   exit`,
  [],
  [],
  long,
);
for (const flags of [0, 1]) xdp(`redirect flags ${flags}`, `mov %r1, 1\nmov %r2, ${flags}\ncall 23\nexit`);
for (const [label, type] of [
  ['devmap', 14],
  ['devmap_hash', 25],
  ['cpumap', 16],
] as const)
  for (const [index, flags] of [
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 3],
    [0, 4],
    [0, 8],
    [0, 16],
    [9, 2],
  ] as const)
    xdp(
      `redirect_map ${label} key ${index} flags ${flags}`,
      `lddw %r1, map[0]\nmov %r2, ${index}\nmov %r3, ${flags}\ncall 51\nexit`,
      [{ do: 'map', type, key: 4, value: 4, entries: 2 }, update(0, 0, key(type === 16 ? 192 : 1))],
    );
for (const type of [XDP, TC])
  for (const [ifindex, length, difference, flags] of [
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [99999, 0, 0, 0],
    [0, 1500, 0, 0],
    [0, 65536, 0, 0],
    [0, 65537, 0, 0],
    [0, 0, 70000, 0],
    [0, 0, 65490, 0],
    [0, 0, 65491, 0],
    [0, 0, -50, 0],
    [0, 0, 0, 2],
  ] as const)
    program(
      `${type === XDP ? 'xdp' : 'tc'} check_mtu ${ifindex} ${length} ${difference} ${flags}`,
      type,
      `stw [%r10-4], ${length}
       mov %r2, ${ifindex}
       mov %r3, %r10
       add %r3, -4
       mov %r4, ${difference}
       mov %r5, ${flags}
       call 163
       ldxw %r1, [%r10-4]
       lsh %r1, 8
       add %r0, %r1
       exit`,
    );
for (const [fromSize, toSize, seed] of [
  [0, 0, 0],
  [4, 0, 0],
  [0, 4, 0],
  [4, 4, 0],
  [8, 8, 0x12345678],
  [0, 8, 0xffff],
  [8, 0, 0x1ffff],
  [4, 8, 1],
  [3, 4, 0],
  [4, 2, 0],
] as const)
  xdp(
    `csum_diff ${fromSize} ${toSize} ${seed}`,
    `lddw %r1, 0x0102030405060708
     stxdw [%r10-8], %r1
     lddw %r1, 0xfffefdfc00112233
     stxdw [%r10-16], %r1
     mov %r1, %r10
     add %r1, -8
     mov %r2, ${fromSize}
     mov %r3, %r10
     add %r3, -16
     mov %r4, ${toSize}
     mov %r5, ${seed}
     call 28
     exit`,
  );

// ---- locks, timers and storage, which BTF describes ----

described(
  'xdp spin_lock and spin_unlock',
  `${ELEMENT}
   mov %r1, %r6
   call 93
   ldxdw %r7, [%r6+8]
   add %r7, 3
   stxdw [%r6+8], %r7
   mov %r1, %r6
   call 94
   mov %r0, %r7
   exit`,
  [locked, update(0, 0, new Uint8Array(16).fill(9))],
  [
    lookup(0, 0),
    { do: 'lookup', map: 0, key: key(0), flags: 4 },
    { do: 'update', map: 0, key: key(0), value: new Uint8Array(16).fill(5), flags: 4 },
    lookup(0, 0),
  ],
);
const fires = 'fired: mov %r6, %r3\nldxdw %r1, [%r6+16]\nadd %r1, 5\nstxdw [%r6+16], %r1\nmov %r0, 0\nexit';
/** Results one after the other, four bits each. */
const note = 'lsh %r7, 8\nand %r0, 255\nor %r7, %r0';
const timers = (name: string, calls: readonly string[]): void =>
  described(
    `xdp timer ${name}`,
    `${ELEMENT}\nmov %r7, 0\n${calls.map((call) => `${call}\n${note}`).join('\n')}\nmov %r0, %r7\nexit\n${fires}`,
    [timed],
    // Linux shows the timer as zeros; what the callback wrote is behind it.
    [lookup(0, 0)],
  );
timers('init, callback, start', [timerInit(1), TIMER_CALLBACK, timerStart(0, 0)]);
timers('init of another clock', [timerInit(2), TIMER_CALLBACK, timerStart(0, 0)]);
timers('init twice', [timerInit(1), timerInit(1), TIMER_CALLBACK]);
timers('callback before init', [TIMER_CALLBACK, timerStart(0, 0)]);
timers('start without callback', [timerInit(1), timerStart(0, 0), TIMER_CALLBACK]);
timers('wrong flags', [timerInit(1), TIMER_CALLBACK, timerStart(0, 8)]);
timers('start, cancel, cancel', [
  timerInit(1),
  TIMER_CALLBACK,
  timerStart(1_000_000_000, 0),
  TIMER_CANCEL,
  TIMER_CANCEL,
]);
timers('cancel before init', [TIMER_CANCEL, timerInit(1), TIMER_CALLBACK]);
const storage: Step = { do: 'map', type: 29, key: 4, value: 8, entries: 0, flags: 1, keytype: 1, valuetype: 2 };
for (const flags of [0, 1, 2])
  described(
    `tc task_storage_get flags ${flags}`,
    `call 158
     mov %r6, %r0
     lddw %r1, map[0]
     mov %r2, %r6
     mov %r3, 0
     mov %r4, ${flags}
     call 156
     jeq %r0, 0, exit
     stdw [%r0+0], 5
     stdw [%r10-8], 9
     lddw %r1, map[0]
     mov %r2, %r6
     mov %r3, %r10
     add %r3, -8
     mov %r4, 1
     call 156
     jeq %r0, 0, exit
     ldxdw %r7, [%r0+0]
     lddw %r1, map[0]
     mov %r2, %r6
     call 157
     lsh %r7, 8
     add %r7, %r0
     lddw %r1, map[0]
     mov %r2, %r6
     call 157
     lsh %r7, 8
     add %r0, %r7
     exit`,
    [storage],
    [],
    TC,
  );
const socketStorage: Step = { do: 'map', type: 24, key: 4, value: 8, entries: 0, flags: 1, keytype: 1, valuetype: 2 };
for (const flags of [0, 1, 2])
  described(
    `tc sk_storage_get flags ${flags}`,
    `ldxdw %r1, [%r1+168]
     mov %r0, 77
     jeq %r1, 0, exit
     call 95
     jeq %r0, 0, exit
     mov %r6, %r0
     lddw %r1, map[0]
     mov %r2, %r6
     mov %r3, 0
     mov %r4, ${flags}
     call 107
     jeq %r0, 0, exit
     ldxdw %r7, [%r0+0]
     stdw [%r0+0], 5
     lddw %r1, map[0]
     mov %r2, %r6
     mov %r3, 0
     mov %r4, 0
     call 107
     jeq %r0, 0, exit
     ldxdw %r8, [%r0+0]
     lddw %r1, map[0]
     mov %r2, %r6
     call 108
     lsh %r8, 8
     add %r8, %r0
     lddw %r1, map[0]
     mov %r2, %r6
     call 108
     lsh %r8, 8
     add %r0, %r8
     add %r0, %r7
     exit`,
    [socketStorage],
    [],
    TC,
  );
for (const type of [19, 21])
  scenarios[`cgroup_skb get_local_storage ${type}`] = [
    { do: 'map', type, key: 16, value: 8, entries: 0 },
    {
      do: 'load',
      type: 8,
      insns: instructions(
        'lddw %r1, map[0]\nmov %r2, 0\ncall 81\nldxdw %r1, [%r0+0]\nadd %r1, 1\nstxdw [%r0+0], %r1\nmov %r0, 0\njne %r1, 3, exit\nmov %r0, 1\nexit',
      ),
    },
    { do: 'run', prog: 0, packet: PACKET, repeat: 3 },
    { do: 'run', prog: 0, packet: PACKET, repeat: 2 },
    { do: 'next', map: 0 },
  ];

// ---- sockets and namespaces ----

tc('sk_fullsock, get_socket_uid', 'call 47\nexit');
tc(
  'get_socket_cookie',
  'mov %r6, %r1\ncall 46\nmov %r7, %r0\nmov %r1, %r6\ncall 46\nmov %r1, %r0\nmov %r0, 0\njne %r1, %r7, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
tc(
  'get_netns_cookie',
  'mov %r6, %r1\ncall 122\nmov %r7, %r0\nmov %r1, 0\ncall 122\nmov %r1, %r0\nmov %r0, 0\njne %r1, %r7, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
tc('get_cgroup_classid', 'call 17\nexit');
tc('skb_cgroup_classid', 'call 151\nexit');
tc('get_route_realm', 'call 24\nexit');
for (const [size, flags] of [
  [8, 0],
  [4, 0],
] as const)
  xdp(
    `get_ns_current_pid_tgid of no namespace, ${size} ${flags}`,
    `stdw [%r10-8], -1
     mov %r1, 0
     mov %r2, 0
     mov %r3, %r10
     add %r3, -8
     mov %r4, ${size}
     call 120
     ldxw %r1, [%r10-8]
     lsh %r1, 8
     add %r0, %r1
     exit`,
  );
for (const level of [0, 1, 40, -1])
  xdp(
    `get_current_ancestor_cgroup_id ${level}`,
    `mov %r1, ${level}\ncall 123\nmov %r1, %r0\nmov %r0, 0\njeq %r1, 0, exit\nmov %r0, 1\nexit`,
  );
for (const [size, flags] of [
  [24, 0],
  [24, 1],
  [8, 0],
] as const)
  xdp(
    `get_branch_snapshot ${size} flags ${flags}`,
    `mov %r1, %r10\nadd %r1, -24\nmov %r2, ${size}\nmov %r3, ${flags}\ncall 176\nexit`,
  );
for (const [stamp, type] of [
  [0, 0],
  [5, 0],
  [5, 1],
  [0, 1],
  [5, 2],
  [5, 3],
  [5, 4],
] as const)
  tc(
    `skb_set_tstamp ${stamp} type ${type}`,
    `mov %r6, %r1\nmov %r2, ${stamp}\nmov %r3, ${type}\ncall 192\nldxdw %r1, [%r6+152]\nlsh %r1, 8\nadd %r0, %r1\nldxb %r1, [%r6+180]\nlsh %r1, 16\nadd %r0, %r1\nexit`,
  );
for (const [protocol, flags] of [
  [0xdd86, 0],
  [0xdd86, 1],
  [0x0008, 0],
  [0x0608, 0],
] as const)
  tc(
    `skb_change_proto ${protocol} flags ${flags}`,
    `mov %r6, %r1\nmov %r2, ${protocol}\nmov %r3, ${flags}\ncall 31\nldxw %r1, [%r6+16]\nlsh %r1, 8\nadd %r0, %r1\nexit`,
  );
const sixth = new Uint8Array([
  ...PACKET.slice(0, 12),
  0x86,
  0xdd,
  0x60,
  0,
  0,
  0,
  0,
  8,
  17,
  64,
  ...new Uint8Array(32).fill(3),
  ...new Uint8Array(8),
]);
tc('skb_change_proto of IPv6 to IPv4', 'mov %r2, 8\nmov %r3, 0\ncall 31\nexit', [], [], sixth);

// ---- socket buffers ----

for (const [offset, size, flags] of [
  [0, 8, 0],
  [30, 4, 1],
  [30, 4, 2],
  [30, 4, 4],
  [52, 8, 0],
  [53, 8, 0],
  [100, 8, 0],
  [0x7fffffff, 1, 0],
] as const)
  tc(
    `skb_store_bytes ${offset} ${size} flags ${flags}`,
    `lddw %r2, 0x1122334455667788
     stxdw [%r10-8], %r2
     mov %r2, ${offset}
     mov %r3, %r10
     add %r3, -8
     mov %r4, ${size}
     mov %r5, ${flags}
     call 9
     exit`,
  );
for (const type of [TC, SOCKET])
  for (const [offset, size] of [
    [0, 8],
    [12, 2],
    [52, 8],
    [53, 8],
    [0x7fffffff, 4],
  ] as const)
    program(
      `${type === TC ? 'tc' : 'socket'} skb_load_bytes ${offset} ${size}`,
      type,
      `stdw [%r10-8], -1
       mov %r2, ${offset}
       mov %r3, %r10
       add %r3, -8
       mov %r4, ${size}
       call 26
       ldxw %r1, [%r10-8]
       lsh %r1, 8
       add %r0, %r1
       exit`,
    );
for (const type of [TC, SOCKET])
  for (const [offset, start] of [
    [0, 0],
    [0, 1],
    [12, 0],
    [12, 1],
    [40, 1],
    [45, 1],
    [0, 2],
    [0x10000, 0],
  ] as const)
    program(
      `${type === TC ? 'tc' : 'socket'} skb_load_bytes_relative ${offset} from ${start}`,
      type,
      `stdw [%r10-8], -1
       mov %r2, ${offset}
       mov %r3, %r10
       add %r3, -8
       mov %r4, 4
       mov %r5, ${start}
       call 68
       ldxw %r1, [%r10-8]
       lsh %r1, 8
       add %r0, %r1
       exit`,
    );
for (const [helper, id] of [
  ['l3_csum_replace', 10],
  ['l4_csum_replace', 11],
] as const)
  for (const [offset, from, to, flags] of [
    [24, 0x0102020a, 0x0902020a, 4],
    [24, 0x11, 0x22, 2],
    [24, 0, 0x1234, 0],
    [24, 5, 0x1234, 0],
    [24, 1, 2, 3],
    [24, 1, 2, 0x100],
    [25, 1, 2, 2],
    [70, 1, 2, 2],
    [40, 0x11, 0x22, 0x22],
    [40, 0x11, 0x22, 0x62],
    [40, 0x11, 0x22, 0x12],
    [40, 0x0102020a, 0x0902020a, 0x14],
    [40, 0x11, 0x22, 2],
  ] as const)
    tc(
      `${helper} ${offset} ${from} ${to} flags ${flags}`,
      `mov %r2, ${offset}\nlddw %r3, ${from}\nlddw %r4, ${to}\nmov %r5, ${flags}\ncall ${id}\nexit`,
    );
for (const [protocol, tag] of [
  [0x0081, 5],
  [0xa888, 0x2007],
  [0x1234, 9],
] as const)
  for (const times of [1, 2])
    tc(
      `skb_vlan_push ${protocol} ${tag} ${times} times`,
      `mov %r6, %r1
       ${'mov %r1, %r6\nmov %r2, ' + protocol + '\nmov %r3, ' + tag + '\ncall 18\n'.repeat(1)}
       ${times === 2 ? `mov %r1, %r6\nmov %r2, 0x0081\nmov %r3, 77\ncall 18` : ''}
       ldxw %r1, [%r6+24]
       lsh %r1, 4
       add %r0, %r1
       ldxw %r1, [%r6+28]
       lsh %r1, 16
       add %r0, %r1
       ldxw %r1, [%r6+20]
       add %r0, %r1
       exit`,
    );
const tagged = new Uint8Array([...PACKET.slice(0, 12), 0x81, 0, 0x20, 0x64, ...PACKET.slice(12)]);
const twice = new Uint8Array([...PACKET.slice(0, 12), 0x88, 0xa8, 0, 7, 0x81, 0, 0x20, 0x64, ...PACKET.slice(12)]);
for (const [label, packet] of [
  ['without a tag', PACKET],
  ['with a tag', tagged],
  ['with two tags', twice],
] as const)
  tc(
    `skb_vlan_pop ${label}`,
    `mov %r6, %r1
     call 19
     ldxw %r1, [%r6+24]
     lsh %r1, 4
     add %r0, %r1
     ldxw %r1, [%r6+16]
     lsh %r1, 16
     add %r0, %r1
     exit`,
    [],
    [],
    packet,
  );
tc(
  'skb_vlan_push, then pop',
  `mov %r6, %r1
   mov %r2, 0x0081
   mov %r3, 5
   call 18
   mov %r1, %r6
   call 19
   ldxw %r1, [%r6+20]
   add %r0, %r1
   exit`,
);
for (const type of [0, 1, 3, 4])
  tc(
    `skb_change_type ${type}`,
    `mov %r6, %r1\nmov %r2, ${type}\ncall 32\nldxw %r1, [%r6+4]\nlsh %r1, 8\nadd %r0, %r1\nexit`,
  );
for (const [length, flags] of [
  [60, 0],
  [30, 0],
  [14, 0],
  [13, 0],
  [0, 0],
  [100, 0],
  [3000, 0],
  [8000, 0],
  [16064, 0],
  [16065, 0],
  [60, 1],
] as const)
  tc(
    `skb_change_tail ${length} flags ${flags}`,
    `mov %r6, %r1\nmov %r2, ${length}\nmov %r3, ${flags}\ncall 38\nldxw %r1, [%r6+0]\nlsh %r1, 8\nadd %r0, %r1\nexit`,
  );
for (const [room, flags] of [
  [0, 0],
  [4, 0],
  [100, 0],
  [7000, 0],
  [16004, 0],
  [16005, 0],
  [4, 1],
] as const)
  tc(
    `skb_change_head ${room} flags ${flags}`,
    `mov %r6, %r1\nmov %r2, ${room}\nmov %r3, ${flags}\ncall 43\nldxw %r1, [%r6+0]\nlsh %r1, 8\nadd %r0, %r1\nexit`,
  );
for (const length of [0, 14, 60, 61]) tc(`skb_pull_data ${length}`, `mov %r2, ${length}\ncall 39\nexit`);
tc('csum_update', 'mov %r2, 5\ncall 40\nexit');
for (const what of [0, 1, 2, 3, 4]) tc(`csum_level ${what}`, `mov %r2, ${what}\ncall 135\nexit`);
tc(
  'csum_level up, ask, up, ask, down, ask, reset, ask',
  `mov %r6, %r1
   mov %r7, 0
   ${[0, 3, 0, 3, 1, 3, 2, 3].map((what) => `mov %r1, %r6\nmov %r2, ${what}\ncall 135\nlsh %r7, 4\nand %r0, 15\nor %r7, %r0`).join('\n')}
   mov %r0, %r7
   exit`,
);
tc('set_hash', 'mov %r6, %r1\nmov %r2, 0x1234\ncall 48\nldxw %r1, [%r6+68]\nlsh %r1, 8\nadd %r0, %r1\nexit');
tc('set_hash_invalid', 'mov %r6, %r1\nmov %r2, 0x1234\ncall 48\nmov %r1, %r6\ncall 41\nldxw %r0, [%r6+68]\nexit');
tc(
  'get_hash_recalc',
  'mov %r6, %r1\ncall 34\nmov %r7, %r0\nldxw %r1, [%r6+68]\nmov %r0, 0\njne %r1, %r7, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
tc('get_hash_recalc after set_hash', 'mov %r6, %r1\nmov %r2, 0x77\ncall 48\nmov %r1, %r6\ncall 34\nexit');
for (const flags of [0, 1, 2]) {
  tc(`redirect flags ${flags}`, `mov %r1, 1\nmov %r2, ${flags}\ncall 23\nexit`);
  tc(`redirect_peer flags ${flags}`, `mov %r1, 1\nmov %r2, ${flags}\ncall 155\nexit`);
  tc(`redirect_neigh flags ${flags}`, `mov %r1, 1\nmov %r2, 0\nmov %r3, 0\nmov %r4, ${flags}\ncall 152\nexit`);
  tc(`clone_redirect to none flags ${flags}`, `mov %r2, 99999\nmov %r3, ${flags}\ncall 13\nexit`);
}
for (const service of [0, 1, 2, 3]) {
  const packet = PACKET.slice();
  packet[15] = service;
  tc(`skb_ecn_set_ce of ${service}`, 'call 97\nexit', [], [], packet);
}
tc('skb_ecn_set_ce of ARP', 'call 97\nexit', [], [], new Uint8Array(60).fill(1).with(12, 8).with(13, 6));

// ---- sockets, as programs see them ----

const ipv6 = new Uint8Array([
  ...PACKET.slice(0, 12),
  ...[0x86, 0xdd, 0x60, 0, 0, 0, 0, 6, 17, 64],
  ...new Uint8Array(38).map((_, i) => i + 1),
]);
for (const [family, packet] of [
  ['IPv4', PACKET],
  ['IPv6', ipv6],
  ['neither', new Uint8Array(60).fill(5)],
] as const)
  for (const [name, offset, size] of [
    ['bound_dev_if', 0, 'w'],
    ['family', 4, 'w'],
    ['family, a byte', 4, 'b'],
    ['type', 8, 'w'],
    ['protocol', 12, 'w'],
    ['mark', 16, 'w'],
    ['priority', 20, 'w'],
    ['src_ip4', 24, 'w'],
    ['src_ip6', 32, 'w'],
    ['src_port', 44, 'w'],
    ['dst_port', 48, 'h'],
    ['dst_ip4', 52, 'w'],
    ['dst_ip6', 60, 'w'],
    ['state', 72, 'w'],
    ['rx_queue_mapping', 76, 'w'],
  ] as const)
    tc(
      `socket ${name} of ${family}`,
      `ldxdw %r1, [%r1+168]
       mov %r0, 77
       jeq %r1, 0, exit
       call 95
       jeq %r0, 0, exit
       ldx${size} %r0, [%r0+${offset}]
       exit`,
      [],
      [],
      packet,
    );
tc(
  'socket family, without bpf_sk_fullsock',
  'ldxdw %r1, [%r1+168]\nmov %r0, 77\njeq %r1, 0, exit\nldxw %r0, [%r1+4]\nexit',
);

// ---- contexts ----

for (const [name, offset] of [
  ['len', 0],
  ['pkt_type', 4],
  ['mark', 8],
  ['queue_mapping', 12],
  ['protocol', 16],
  ['vlan_present', 20],
  ['vlan_tci', 24],
  ['vlan_proto', 28],
  ['priority', 32],
  ['ingress_ifindex', 36],
  ['ifindex', 40],
  ['tc_index', 44],
  ['hash', 68],
  ['tc_classid', 72],
  ['napi_id', 84],
  ['wire_len', 160],
  ['gso_segs', 164],
  ['gso_size', 176],
] as const) {
  tc(`context ${name}`, `ldxw %r0, [%r1+${offset}]\nexit`);
  if (offset < 44) program(`socket context ${name}`, SOCKET, `ldxw %r0, [%r1+${offset}]\nexit`);
}
tc('context protocol, upper byte', 'ldxb %r0, [%r1+17]\nexit');
tc('context mark, written', 'stw [%r1+8], 7\nldxh %r0, [%r1+8]\nexit');
tc('context cb, written', 'stw [%r1+52], 7\nldxw %r0, [%r1+52]\nexit');
tc(
  'context packet',
  'ldxw %r2, [%r1+76]\nldxw %r3, [%r1+80]\nmov %r4, %r2\nadd %r4, 34\nmov %r0, 9\njgt %r4, %r3, exit\nldxw %r0, [%r2+26]\nexit',
);
for (const [name, offset] of [
  ['ingress_ifindex', 12],
  ['rx_queue_index', 16],
] as const)
  xdp(`context ${name}`, `ldxw %r0, [%r1+${offset}]\nexit`);
program('socket ld_abs', SOCKET, 'mov %r6, %r1\n.slot 0x0000000c00000028\nexit');
program('socket ld_abs outside', SOCKET, 'mov %r6, %r1\n.slot 0x000003e800000028\nmov %r0, 3\nexit');
program('socket ld_ind', SOCKET, 'mov %r6, %r1\nmov %r7, 9\n.slot 0x0000000000007050\nexit');

export const HELPER_SCENARIOS: Readonly<Record<string, readonly Step[]>> = scenarios;
