// Sockets as programs see them, and fields of contexts.
import { PACKET, SOCKET, scenarioBook } from '../scenario.ts';

const { scenarios, program, xdp, tc } = scenarioBook();

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

export const viewScenarios = scenarios;
