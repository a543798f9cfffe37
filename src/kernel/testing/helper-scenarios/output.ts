// What a program sends out: ring buffer and perf events.
import type { Step } from '../../../judge/linux.ts';
import { TC, XDP, scenarioBook } from '../scenario.ts';

const { scenarios, program, xdp } = scenarioBook();

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

export const outputScenarios = scenarios;
