// Sockets and namespaces, asked for by name or by address.
import { PACKET, scenarioBook } from '../scenario.ts';

const { scenarios, xdp, tc } = scenarioBook();

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

export const socketScenarios = scenarios;
