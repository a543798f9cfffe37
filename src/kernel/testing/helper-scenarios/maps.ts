// Helpers of maps, callbacks over them, and tail calls.
import type { Step } from '../../../judge/linux.ts';
import { little } from '../machine.ts';
import { PACKET, XDP, array, instructions, key, lookup, update, scenarioBook } from '../scenario.ts';

const { scenarios, xdp } = scenarioBook();

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

export const mapScenarios = scenarios;
