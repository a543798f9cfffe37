// Helpers of XDP: room before and behind the packet, redirects, bytes in and out.
import { TC, XDP, key, update, scenarioBook } from '../scenario.ts';

const { scenarios, program, xdp } = scenarioBook();

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

export const xdpScenarios = scenarios;
