// What BTF describes in a map’s values: locks, timers, storage that hangs on something else.
import type { Step } from '../../../judge/linux.ts';
import {
  ELEMENT,
  PACKET,
  TC,
  TIMER_CALLBACK,
  TIMER_CANCEL,
  instructions,
  key,
  locked,
  lookup,
  timed,
  timerInit,
  timerStart,
  update,
  scenarioBook,
} from '../scenario.ts';

const { scenarios, described } = scenarioBook();

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

export const typedValueScenarios = scenarios;
