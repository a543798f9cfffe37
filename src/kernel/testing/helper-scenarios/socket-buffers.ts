// Helpers that read and change a socket buffer.
import { PACKET, SOCKET, TC, scenarioBook } from '../scenario.ts';

const { scenarios, program, tc } = scenarioBook();

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

export const socketBufferScenarios = scenarios;
