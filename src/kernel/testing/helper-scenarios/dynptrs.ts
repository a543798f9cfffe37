// Dynptrs and the number iterator: what helpers and kernel functions give, and what they leave in packet and maps.
import { kfuncByName } from '../../../bpf/kfuncs.ts';
import type { Step } from '../../../judge/linux.ts';
import { SOCKET, TC, XDP, array, lookup, scenarioBook } from '../scenario.ts';

const { scenarios, program } = scenarioBook();

/** Kernel functions by name. */
// what comes back as bool is one byte: the rest of r0 is whatever the function left there
const named = (text: string): string =>
  text.replace(/call (bpf_\w+)/g, (_, name: string) => `call runtime ${kfuncByName(name)?.id ?? name}`);
const run = (name: string, text: string, maps: readonly Step[] = [], type = XDP, after: readonly Step[] = []): void => {
  program(name, type, named(text), maps, after);
};

const ring: Step = { do: 'map', type: 27, key: 0, value: 0, entries: 4096 };
const LOCAL = (size: number, flags = 0): string => `
  stw [%r10-4], 0
  mov %r2, %r10
  add %r2, -4
  lddw %r1, map[0]
  call 1
  jeq %r0, 0, none
  mov %r1, %r0
  mov %r2, ${size}
  mov %r3, ${flags}
  mov %r4, %r10
  add %r4, -24
  call 197
  mov %r6, %r0`;
const AT = (register: number): string => `mov %r${register}, %r10\nadd %r${register}, -24`;

for (const [size, flags] of [
  [16, 0],
  [16, 1],
  [0, 0],
] as const)
  // prettier-ignore
  run(
    `dynptr_from_mem ${size} flags ${flags}`,
    `${LOCAL(size, flags)}
     ${AT(1)}
     call bpf_dynptr_size
     lsh %r0, 16
     add %r0, %r6
     none: exit`,
    [array(64, 1)],
  );
run(
  'dynptr_from_mem too large',
  `${LOCAL(0x1000001)}
   mov %r0, %r6
   none: exit`,
  [array(0x1000008, 1)],
);
for (const [offset, size, flags] of [
  [0, 8, 0],
  [8, 8, 0],
  [9, 8, 0],
  [16, 0, 0],
  [17, 0, 0],
  [0, 17, 0],
  [0, 8, 1],
  [-1, 8, 0],
] as const)
  // prettier-ignore
  run(
    `dynptr_write and dynptr_read ${size} at ${offset} flags ${flags}`,
    `${LOCAL(16)}
     lddw %r1, 0x1122334455667788
     stxdw [%r10-32], %r1
     stxdw [%r10-40], %r1
     stxdw [%r10-48], %r1
     ${AT(1)}
     mov %r2, ${offset}
     mov %r3, %r10
     add %r3, -48
     mov %r4, ${size}
     mov %r5, ${flags}
     call 202
     mov %r6, %r0
     stdw [%r10-48], 0
     mov %r1, %r10
     add %r1, -48
     mov %r2, ${size}
     ${AT(3)}
     mov %r4, ${offset}
     mov %r5, ${flags}
     call 201
     lsh %r0, 8
     add %r0, %r6
     ldxdw %r1, [%r10-48]
     xor %r0, %r1
     none: exit`,
    [array(64, 1)],
  );
for (const offset of [0, 8, 9])
  run(
    `dynptr_data at ${offset}`,
    `${LOCAL(16)}
     ${AT(1)}
     mov %r2, ${offset}
     mov %r3, 8
     call 203
     jeq %r0, 0, none
     stdw [%r0+0], 77
     mov %r0, 1
     none: exit`,
    [array(64, 1)],
  );
for (const [size, flags, end] of [
  [8, 0, 199],
  [8, 0, 200],
  [8, 1, 199],
  [4088, 0, 199],
  [4096, 0, 199],
  [0x1000000, 0, 199],
] as const)
  // prettier-ignore
  run(
    `ringbuf_reserve_dynptr ${size} flags ${flags}, ${end === 199 ? 'submit' : 'discard'}`,
    `lddw %r1, map[0]
     mov %r2, ${size}
     mov %r3, ${flags}
     ${AT(4)}
     call 198
     mov %r6, %r0
     stdw [%r10-32], 5
     ${AT(1)}
     mov %r2, 0
     mov %r3, %r10
     add %r3, -32
     mov %r4, 8
     mov %r5, 0
     call 202
     mov %r7, %r0
     ${AT(1)}
     call bpf_dynptr_is_null
     and %r0, 255
     mov %r8, %r0
     ${AT(1)}
     mov %r2, 0
     call ${end}
     lddw %r1, map[0]
     mov %r2, 0
     call 134
     lsh %r8, 4
     or %r0, %r8
     lsh %r0, 8
     add %r0, %r6
     lsh %r0, 8
     add %r0, %r7
     exit`,
    [ring],
  );

const FROM = (type: number): string => (type === XDP ? 'bpf_dynptr_from_xdp' : 'bpf_dynptr_from_skb');
const PACKET_DYNPTR = (type: number, flags = 0): string => `
  mov %r9, %r1
  mov %r2, ${flags}
  ${AT(3)}
  call ${FROM(type)}
  mov %r6, %r0`;
for (const [word, type] of [
  ['xdp', XDP],
  ['tc', TC],
  ['socket', SOCKET],
] as const) {
  for (const flags of [0, 1])
    run(
      `${word} dynptr of the packet flags ${flags}`,
      `${PACKET_DYNPTR(type, flags)}
       ${AT(1)}
       call bpf_dynptr_size
       mov %r7, %r0
       ${AT(1)}
       call bpf_dynptr_is_rdonly
       and %r0, 255
       mov %r8, %r0
       ${AT(1)}
       call bpf_dynptr_is_null
       and %r0, 255
       lsh %r0, 1
       add %r0, %r8
       lsh %r0, 12
       xor %r0, %r7
       lsh %r0, 8
       add %r0, %r6
       exit`,
      [],
      type,
    );
  for (const [offset, size] of [
    [0, 14],
    [46, 14],
    [47, 14],
    [30, 8],
  ] as const)
    // prettier-ignore
    run(
      `${word} bpf_dynptr_slice ${size} at ${offset}`,
      `${PACKET_DYNPTR(type)}
       stdw [%r10-48], 0
       stdw [%r10-40], 0
       ${AT(1)}
       mov %r2, ${offset}
       mov %r3, %r10
       add %r3, -48
       mov %r4, ${size}
       call bpf_dynptr_slice
       jeq %r0, 0, none
       ldxb %r1, [%r0+${size - 1}]
       ldxb %r0, [%r0+0]
       lsh %r1, 8
       or %r0, %r1
       none: exit`,
      [],
      type,
    );
  for (const [offset, size, flags] of [
    [14, 8, 0],
    [50, 16, 0],
    [14, 8, 1],
  ] as const)
    // prettier-ignore
    run(
      `${word} dynptr_read and dynptr_write ${size} at ${offset} flags ${flags}`,
      `${PACKET_DYNPTR(type)}
       stdw [%r10-48], 0
       stdw [%r10-40], 0
       mov %r1, %r10
       add %r1, -48
       mov %r2, ${size}
       ${AT(3)}
       mov %r4, ${offset}
       mov %r5, 0
       call 201
       mov %r7, %r0
       ldxdw %r1, [%r10-48]
       add %r1, 1
       stxdw [%r10-48], %r1
       ${AT(1)}
       mov %r2, ${offset}
       mov %r3, %r10
       add %r3, -48
       mov %r4, ${size}
       mov %r5, ${flags}
       call 202
       lsh %r0, 8
       xor %r0, %r7
       exit`,
      [],
      type,
    );
}
for (const [offset, size] of [
  [0, 14],
  [47, 14],
] as const)
  // prettier-ignore
  for (const [word, type] of [['xdp', XDP], ['tc', TC]] as const)
    run(
      `${word} bpf_dynptr_slice_rdwr ${size} at ${offset}`,
      `${PACKET_DYNPTR(type)}
       ${AT(1)}
       mov %r2, ${offset}
       mov %r3, 0
       mov %r4, ${size}
       call bpf_dynptr_slice_rdwr
       jeq %r0, 0, none
       stb [%r0+0], 0x7e
       mov %r0, 1
       none: exit`,
      [],
      type,
    );
for (const [start, end] of [
  [14, 34],
  [34, 14],
  [14, 61],
  [61, 61],
  [60, 60],
  [0, 60],
] as const)
  // prettier-ignore
  run(
    `bpf_dynptr_adjust ${start} ${end}`,
    `${PACKET_DYNPTR(XDP)}
     ${AT(1)}
     mov %r2, ${start}
     mov %r3, ${end}
     call bpf_dynptr_adjust
     mov %r6, %r0
     ${AT(1)}
     mov %r2, 0
     mov %r3, 0
     mov %r4, 1
     call bpf_dynptr_slice
     mov %r7, 0
     jeq %r0, 0, empty
     ldxb %r7, [%r0+0]
     empty: ${AT(1)}
     call bpf_dynptr_size
     lsh %r0, 8
     or %r0, %r7
     lsh %r0, 8
     add %r0, %r6
     exit`,
  );
run(
  'bpf_dynptr_clone is narrowed alone',
  `${PACKET_DYNPTR(XDP)}
   ${AT(1)}
   mov %r2, %r10
   add %r2, -48
   call bpf_dynptr_clone
   mov %r6, %r0
   mov %r1, %r10
   add %r1, -48
   mov %r2, 1
   mov %r3, 4
   call bpf_dynptr_adjust
   mov %r1, %r10
   add %r1, -48
   call bpf_dynptr_size
   mov %r7, %r0
   ${AT(1)}
   call bpf_dynptr_size
   lsh %r0, 8
   or %r0, %r7
   lsh %r0, 8
   add %r0, %r6
   exit`,
);
run(
  'bpf_dynptr_clone of nothing',
  `${PACKET_DYNPTR(XDP, 1)}
   ${AT(1)}
   mov %r2, %r10
   add %r2, -48
   call bpf_dynptr_clone
   mov %r6, %r0
   mov %r1, %r10
   add %r1, -48
   call bpf_dynptr_is_null
   and %r0, 255
   lsh %r0, 8
   add %r0, %r6
   exit`,
);
for (const [to, from, size] of [
  [0, 0, 14],
  [50, 0, 14],
  [51, 0, 14],
  [0, 47, 14],
  [0, 0, 0],
] as const)
  // prettier-ignore
  run(
    `bpf_dynptr_copy ${size} from ${from} to ${to}, bpf_dynptr_memset`,
    `mov %r8, %r1
     ${LOCAL(64)}
     mov %r1, %r8
     mov %r2, 0
     mov %r3, %r10
     add %r3, -48
     call bpf_dynptr_from_xdp
     ${AT(1)}
     mov %r2, ${to}
     mov %r3, %r10
     add %r3, -48
     mov %r4, ${from}
     mov %r5, ${size}
     call bpf_dynptr_copy
     mov %r6, %r0
     ${AT(1)}
     mov %r2, ${to}
     mov %r3, 16
     mov %r4, 0x1ff
     call bpf_dynptr_memset
     lsh %r0, 8
     add %r0, %r6
     none: exit`,
    [array(64, 1)],
    XDP,
    [lookup(0, 0)],
  );

for (const [start, end] of [
  [0, 10],
  [5, 5],
  [5, 4],
  [-3, 3],
  [0, 8388608],
  [0, 8388609],
  [2147483646, 2147483647],
  [-2147483648, -2147483646],
] as const)
  // prettier-ignore
  run(
    `bpf_iter_num from ${start} to ${end}`,
    `mov %r6, 0
     mov %r8, 0
     mov %r1, %r10
     add %r1, -8
     mov %r2, ${start}
     mov %r3, ${end}
     call bpf_iter_num_new
     mov %r7, %r0
     next: mov %r1, %r10
     add %r1, -8
     call bpf_iter_num_next
     jeq %r0, 0, done
     ldxw %r1, [%r0+0]
     add %r6, %r1
     add %r8, 1
     jgt %r8, 1000, done
     ja next
     done: mov %r1, %r10
     add %r1, -8
     call bpf_iter_num_destroy
     mov %r0, %r6
     mul32 %r0, 31
     add %r0, %r8
     mul32 %r0, 31
     add %r0, %r7
     exit`,
  );
run(
  'sections',
  `call bpf_rcu_read_lock
   call bpf_preempt_disable
   call 8
   call bpf_preempt_enable
   call bpf_rcu_read_unlock
   mov %r0, 7
   exit`,
);

export const dynptrScenarios = scenarios;
