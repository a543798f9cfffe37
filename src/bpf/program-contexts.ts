// Contexts of programs for sockets, control groups and light tunnels: which fields there are, which of them each attach type may read and
// write, and in what widths. Linux 6.18 was asked byte by byte; src/judge/contexts.test.ts asks again.
import type { ContextField, ContextFieldType } from './programs.ts';

type More = Partial<ContextField>;
const field = (name: string, offset: number, size: number, more: More = {}): ContextField => ({
  name,
  offset,
  size,
  type: 'scalar',
  ...more,
});
const pointer = (type: ContextFieldType, name: string, offset: number, size = 8): ContextField =>
  field(name, offset, size, { type });

const NARROW: More = { narrow: true };
/** narrower reads at the beginning of the field only: as wide fields of one and two bytes there */
const narrowStart = (name: string, offset: number): ContextField[] => [
  field(name, offset, 4),
  field(name, offset, 2),
  field(name, offset, 1),
];
/** fields of four bytes in a row, from `offset` on */
const words = (names: string, offset: number, more: More = {}): ContextField[] =>
  names.split(' ').map((name, i) => field(name, offset + i * 4, 4, more));

/** enum bpf_attach_type */
const SOCK_CREATE = 2;
const SOCK_RELEASE = 34;
const POST_BIND4 = 12;
const POST_BIND6 = 13;
const SOCK_STATES: More = { attachTypes: [SOCK_CREATE, SOCK_RELEASE] };

export const CGROUP_SOCK: readonly ContextField[] = [
  field('bound_dev_if', 0, 4, { ...SOCK_STATES, write: true }),
  ...narrowStart('family', 4),
  ...narrowStart('type', 8),
  ...narrowStart('protocol', 12),
  field('mark', 16, 4, { ...SOCK_STATES, write: true }),
  field('priority', 20, 4, { ...SOCK_STATES, write: true }),
  field('src_ip4', 24, 4, { ...NARROW, attachTypes: [POST_BIND4] }),
  field('src_ip6', 28, 4, { ...NARROW, count: 4, attachTypes: [POST_BIND6] }),
  field('src_port', 44, 4, { attachTypes: [POST_BIND4, POST_BIND6] }),
  field('src_port', 44, 2, { attachTypes: [POST_BIND4, POST_BIND6] }),
  field('src_port', 44, 1, { attachTypes: [POST_BIND4, POST_BIND6] }),
  field('dst_port', 48, 2, NARROW),
  // four bytes at once, padding included, for old programs' sake
  field('dst_port', 48, 4),
  field('dst_ip4', 52, 4, NARROW),
  field('dst_ip6', 56, 4, { ...NARROW, count: 4 }),
  ...narrowStart('state', 72),
  ...narrowStart('rx_queue_mapping', 76),
];

const skb = (...more: readonly ContextField[]): readonly ContextField[] => [
  ...words('len pkt_type', 0, NARROW),
  ...words('queue_mapping protocol vlan_present vlan_tci vlan_proto', 12, NARROW),
  field('priority', 32, 4, { ...NARROW, write: true }),
  ...words('ingress_ifindex ifindex', 36, NARROW),
  field('hash', 68, 4, NARROW),
  pointer('packet', 'data', 76, 4),
  pointer('packet_end', 'data_end', 80, 4),
  field('napi_id', 84, 4, NARROW),
  field('gso_segs', 164, 4, NARROW),
  pointer('sock', 'sk', 168),
  field('gso_size', 176, 4, NARROW),
  ...more,
];

export const SK_LWT = skb(
  field('mark', 8, 4, { ...NARROW, write: true }),
  field('tc_index', 44, 4, NARROW),
  field('cb', 48, 4, { ...NARROW, count: 5, write: true, writeNarrow: true, wide: true }),
);

export const SK_SKB = skb(
  field('tc_index', 44, 4, { ...NARROW, write: true }),
  field('cb', 48, 4, { ...NARROW, count: 5, wide: true }),
  field('family', 88, 4, NARROW),
  ...words('remote_ip4 local_ip4', 92),
  field('remote_ip6', 100, 4, { count: 4 }),
  field('local_ip6', 116, 4, { count: 4 }),
  ...words('remote_port local_port', 132, NARROW),
);

export const FLOW_DISSECTOR: readonly ContextField[] = [
  pointer('packet', 'data', 76, 4),
  pointer('packet_end', 'data_end', 80, 4),
  pointer('flow_keys', 'flow_keys', 144),
];

export const SOCK_OPS: readonly ContextField[] = [
  field('op', 0, 4),
  field('reply', 4, 4, { write: true }),
  field('args', 4, 4, { count: 4 }),
  ...words('family remote_ip4 local_ip4', 20),
  field('remote_ip6', 32, 4, { count: 4 }),
  field('local_ip6', 48, 4, { count: 4 }),
  ...words('remote_port local_port is_fullsock snd_cwnd srtt_us bpf_sock_ops_cb_flags state rtt_min snd_ssthresh', 64),
  ...words('rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out', 100),
  ...words('total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out', 136),
  field('sk_txhash', 164, 4, { write: true }),
  field('bytes_received', 168, 8),
  field('bytes_acked', 176, 8),
  pointer('socket_or_null', 'sk', 184),
  pointer('packet', 'skb_data', 192),
  pointer('packet_end', 'skb_data_end', 200),
  field('skb_len', 208, 4),
  ...narrowStart('skb_tcp_flags', 212),
  field('skb_hwtstamp', 216, 8),
];

export const CGROUP_DEVICE: readonly ContextField[] = [field('access_type', 0, 4, NARROW), ...words('major minor', 4)];

export const SK_MSG: readonly ContextField[] = [
  pointer('packet', 'data', 0),
  pointer('packet_end', 'data_end', 8),
  ...words('family remote_ip4 local_ip4', 16),
  field('remote_ip6', 28, 4, { count: 4 }),
  field('local_ip6', 44, 4, { count: 4 }),
  ...words('remote_port local_port size', 60),
  pointer('socket', 'sk', 72),
];

/** bind, connect, sendmsg, recvmsg, getpeername, getsockname, of one protocol */
const V4 = [8, 10, 14, 19, 29, 31];
const V6 = [9, 11, 15, 20, 30, 32];
const ADDRESS: More = { narrow: true, write: true };

export const CGROUP_SOCK_ADDR: readonly ContextField[] = [
  field('user_family', 0, 4),
  field('user_ip4', 4, 4, { ...ADDRESS, attachTypes: V4 }),
  field('user_ip6', 8, 4, { ...ADDRESS, count: 4, wide: true, attachTypes: V6 }),
  field('user_port', 24, 4, ADDRESS),
  ...words('family type protocol', 28),
  field('msg_src_ip4', 40, 4, { ...ADDRESS, attachTypes: [14] }),
  field('msg_src_ip6', 44, 4, { ...ADDRESS, count: 4, wide: true, attachTypes: [15] }),
  pointer('socket', 'sk', 64),
];

export const SK_REUSEPORT: readonly ContextField[] = [
  pointer('packet', 'data', 0),
  pointer('packet_end', 'data_end', 8),
  field('len', 16, 4, NARROW),
  // two bytes at the least: it is a 16-bit number
  field('eth_protocol', 20, 4),
  field('eth_protocol', 20, 2, { count: 2 }),
  ...words('ip_protocol bind_inany', 24, NARROW),
  field('hash', 32, 4),
  pointer('socket', 'sk', 40),
  pointer('sock', 'migrating_sk', 48),
];

export const CGROUP_SYSCTL: readonly ContextField[] = [
  field('write', 0, 4, NARROW),
  field('file_pos', 4, 4, { ...NARROW, write: true }),
];

const GETSOCKOPT = 21;
const SETSOCKOPT = 22;

export const CGROUP_SOCKOPT: readonly ContextField[] = [
  pointer('socket', 'sk', 0),
  pointer('packet', 'optval', 8),
  pointer('packet_end', 'optval_end', 16),
  ...words('level optname', 24, { attachTypes: [GETSOCKOPT] }),
  ...words('level optname', 24, { attachTypes: [SETSOCKOPT], write: true }),
  field('optlen', 32, 4, { write: true }),
  field('retval', 36, 4, { attachTypes: [GETSOCKOPT], write: true }),
];

export const SK_LOOKUP: readonly ContextField[] = [
  pointer('socket_or_null', 'sk', 0),
  ...words('family protocol remote_ip4', 8, NARROW),
  field('remote_ip6', 20, 4, { ...NARROW, count: 4 }),
  field('remote_port', 36, 4, NARROW),
  field('local_ip4', 40, 4, NARROW),
  field('local_ip6', 44, 4, { ...NARROW, count: 4 }),
  ...words('local_port ingress_ifindex', 60, NARROW),
];
