// The kernel's call stack. A raw tracepoint's test run has the stack of the bpf() call that runs it: how deep that is, is the kernel's affair,
// so what comes back is told apart by its sign, or cut to a size that any stack fills.
import type { Step } from '../../../judge/linux.ts';
import { RAW_TP, scenarioBook } from '../scenario.ts';

const { scenarios, program } = scenarioBook();

const stacks = (entries: number): Step => ({ do: 'map', type: 7, key: 4, value: 64, entries });
const ask = (flags: number): string => `mov %r1, %r6
   lddw %r2, map[0]
   mov %r3, ${flags}
   call 27`;

for (const [name, flags] of [
  ['', 0],
  [' without two frames', 2],
  [' without more frames than there are', 255],
  [' by its hash alone', 1 << 9],
  [' in the place of another', 1 << 10],
  [' with an unknown flag', 1 << 12],
] as const)
  program(
    `raw_tp get_stackid${name}`,
    RAW_TP,
    `mov %r6, %r1
     ${ask(flags)}
     jslt %r0, 0, exit
     mov %r0, 1
     exit`,
    [stacks(16)],
  );
// Of two calls in a program the return addresses differ, hence the stacks: only a call that is made twice finds the same one.
program(
  'raw_tp get_stackid of the same stack into the only place',
  RAW_TP,
  `mov %r6, %r1
   mov %r7, 2
   again: ${ask(0)}
   add %r7, -1
   jne %r7, 0, again
   exit`,
  [stacks(1)],
);
for (const [name, flags] of [
  ['another stack into', 1],
  ['another stack in the place of', 1 | (1 << 10)],
] as const)
  program(
    `raw_tp get_stackid of ${name} the only one`,
    RAW_TP,
    `mov %r6, %r1
     ${ask(0)}
     ${ask(flags)}
     exit`,
    [stacks(1)],
  );
for (const [size, flags] of [
  [16, 0],
  [8, 0],
  [0, 0],
  [12, 0],
  [16, 1],
  [16, 255],
  [16, 1 << 11],
  [16, 1 << 12],
] as const)
  program(
    `raw_tp get_stack of ${size} bytes flags ${flags}`,
    RAW_TP,
    `stdw [%r10-8], -1
     stdw [%r10-16], -1
     mov %r2, %r10
     add %r2, -16
     mov %r3, ${size}
     mov %r4, ${flags}
     call 67
     exit`,
  );

export const stackScenarios = scenarios;
