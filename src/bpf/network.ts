// The words of the simulated network: stages that a packet passes, verdicts, reasons why packets are dropped, netfilter's hooks and
// numbers of what the host may ask for. Kernel (through generated constants), lab and page share them; names are stable.

/** Stages of a packet's way, as trace records number them. The function is where Linux 6.18 does the same. */
export const STAGE = {
  nic_ring: 1,
  napi_poll: 2,
  xdp: 3,
  skb_alloc: 4,
  xdp_generic: 5,
  receive: 6,
  vlan: 7,
  packet_tap: 8,
  tc_ingress: 9,
  nf_prerouting: 10,
  ip_rcv: 11,
  arp: 12,
  ipv6_rcv: 13,
  route: 14,
  nf_local_in: 15,
  fragment: 16,
  nf_forward: 17,
  forward: 18,
  icmp: 19,
  udp: 20,
  tcp: 21,
  cgroup_ingress: 22,
  socket_filter: 23,
  socket_queue: 24,
  application: 25,
  socket_send: 26,
  ip_output: 28,
  nf_local_out: 29,
  nf_postrouting: 30,
  cgroup_egress: 31,
  neighbour: 32,
  qdisc: 33,
  tc_egress: 34,
  driver_xmit: 35,
  wire: 36,
  redirect: 37,
  cpumap: 38,
  backlog: 39,
  clone: 40,
  neighbour_discovery: 41,
  devmap: 42,
  cgroup_socket: 43,
} as const;

export type StageName = keyof typeof STAGE;

/** Where Linux 6.18 does what a stage does. */
export const STAGE_FUNCTION: Readonly<Record<StageName, string>> = {
  nic_ring: 'DMA into the receive ring',
  napi_poll: 'net_rx_action',
  xdp: 'bpf_prog_run_xdp',
  skb_alloc: 'napi_build_skb',
  xdp_generic: 'do_xdp_generic',
  receive: '__netif_receive_skb_core',
  vlan: 'skb_vlan_untag',
  packet_tap: 'packet_rcv',
  tc_ingress: 'sch_handle_ingress',
  nf_prerouting: 'nf_hook_slow',
  ip_rcv: 'ip_rcv',
  arp: 'arp_rcv',
  ipv6_rcv: 'ipv6_rcv',
  route: 'ip_route_input_slow',
  nf_local_in: 'nf_hook_slow',
  fragment: 'ip_defrag',
  nf_forward: 'nf_hook_slow',
  forward: 'ip_forward',
  icmp: 'icmp_rcv',
  udp: '__udp4_lib_rcv',
  tcp: 'tcp_v4_rcv',
  cgroup_ingress: '__cgroup_bpf_run_filter_skb',
  socket_filter: 'sk_filter_trim_cap',
  socket_queue: '__skb_queue_tail',
  application: 'recvmsg',
  socket_send: 'sendmsg',
  ip_output: 'ip_output',
  nf_local_out: 'nf_hook_slow',
  nf_postrouting: 'nf_hook_slow',
  cgroup_egress: '__cgroup_bpf_run_filter_skb',
  neighbour: 'neigh_resolve_output',
  qdisc: '__dev_queue_xmit',
  tc_egress: 'sch_handle_egress',
  driver_xmit: 'dev_hard_start_xmit',
  wire: 'the cable',
  redirect: 'xdp_do_redirect',
  cpumap: 'cpu_map_kthread_run',
  backlog: 'process_backlog',
  clone: 'skb_clone',
  neighbour_discovery: 'ndisc_rcv',
  devmap: 'dev_map_bpf_prog_run',
  cgroup_socket: '__cgroup_bpf_run_filter_sock_addr',
};

/** What came of a packet at a stage. */
export const VERDICT = {
  /** goes on to the next stage */
  pass: 0,
  /** ends here; the record's value is the reason */
  drop: 1,
  /** was handed over or used up: nothing was lost */
  consumed: 2,
  /** goes on somewhere else */
  redirect: 3,
  /** waits in a queue */
  queued: 4,
  /** is new: an answer or a copy; the record's detail is the packet that it comes from */
  made: 5,
} as const;
export type VerdictName = keyof typeof VERDICT;

/** enum skb_drop_reason of Linux 6.18 (from its BTF), from 0 on, without the prefix SKB_DROP_REASON_. */
const REASONS =
  'NOT_DROPPED_YET CONSUMED NOT_SPECIFIED NO_SOCKET SOCKET_CLOSE SOCKET_FILTER SOCKET_RCVBUFF UNIX_DISCONNECT UNIX_SKIP_OOB PKT_TOO_SMALL TCP_CSUM UDP_CSUM NETFILTER_DROP OTHERHOST IP_CSUM IP_INHDR IP_RPFILTER UNICAST_IN_L2_MULTICAST XFRM_POLICY IP_NOPROTO PROTO_MEM TCP_AUTH_HDR TCP_MD5NOTFOUND TCP_MD5UNEXPECTED TCP_MD5FAILURE TCP_AONOTFOUND TCP_AOUNEXPECTED TCP_AOKEYNOTFOUND TCP_AOFAILURE SOCKET_BACKLOG TCP_FLAGS TCP_ABORT_ON_DATA TCP_ZEROWINDOW TCP_OLD_DATA TCP_OVERWINDOW TCP_OFOMERGE TCP_RFC7323_PAWS TCP_RFC7323_PAWS_ACK TCP_RFC7323_TW_PAWS TCP_RFC7323_TSECR TCP_LISTEN_OVERFLOW TCP_OLD_SEQUENCE TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE TCP_INVALID_ACK_SEQUENCE TCP_RESET TCP_INVALID_SYN TCP_CLOSE TCP_FASTOPEN TCP_OLD_ACK TCP_TOO_OLD_ACK TCP_ACK_UNSENT_DATA TCP_OFO_QUEUE_PRUNE TCP_OFO_DROP IP_OUTNOROUTES BPF_CGROUP_EGRESS IPV6DISABLED NEIGH_CREATEFAIL NEIGH_FAILED NEIGH_QUEUEFULL NEIGH_DEAD NEIGH_HH_FILLFAIL TC_EGRESS SECURITY_HOOK QDISC_DROP QDISC_OVERLIMIT QDISC_CONGESTED CAKE_FLOOD FQ_BAND_LIMIT FQ_HORIZON_LIMIT FQ_FLOW_LIMIT CPU_BACKLOG XDP TC_INGRESS UNHANDLED_PROTO SKB_CSUM SKB_GSO_SEG SKB_UCOPY_FAULT DEV_HDR DEV_READY FULL_RING NOMEM HDR_TRUNC TAP_FILTER TAP_TXFILTER ICMP_CSUM INVALID_PROTO IP_INADDRERRORS IP_INNOROUTES IP_LOCAL_SOURCE IP_INVALID_SOURCE IP_LOCALNET IP_INVALID_DEST PKT_TOO_BIG DUP_FRAG FRAG_REASM_TIMEOUT FRAG_TOO_FAR TCP_MINTTL IPV6_BAD_EXTHDR IPV6_NDISC_FRAG IPV6_NDISC_HOP_LIMIT IPV6_NDISC_BAD_CODE IPV6_NDISC_BAD_OPTIONS IPV6_NDISC_NS_OTHERHOST QUEUE_PURGE TC_COOKIE_ERROR PACKET_SOCK_ERROR TC_CHAIN_NOTFOUND TC_RECLASSIFY_LOOP VXLAN_INVALID_HDR VXLAN_VNI_NOT_FOUND MAC_INVALID_SOURCE VXLAN_ENTRY_EXISTS NO_TX_TARGET IP_TUNNEL_ECN TUNNEL_TXINFO LOCAL_MAC ARP_PVLAN_DISABLE MAC_IEEE_MAC_CONTROL BRIDGE_INGRESS_STP_STATE CAN_RX_INVALID_FRAME CANFD_RX_INVALID_FRAME CANXL_RX_INVALID_FRAME PFMEMALLOC DUALPI2_STEP_DROP PSP_INPUT PSP_OUTPUT RECURSION_LIMIT'.split(
    ' ',
  );

/**
 * Ends that Linux counts without an sk_buff, hence without a drop reason: a driver that has no room, XDP's own verdicts. Ours; they
 * stand above Linux's numbers.
 */
const OWN_REASONS = [
  'XDP_ABORTED',
  'XDP_DROP',
  'RX_RING_FULL',
  'RX_LENGTH_ERROR',
  'XDP_TX_FAILED',
  'XDP_REDIRECT_FAILED',
  'DEVICE_DOWN',
  'LINK_BUSY',
  'LOOP_LIMIT',
  'MACHINE_HALTED',
];
export const FIRST_OWN_REASON = 128;

export const DROP_REASONS: readonly string[] = [...REASONS, ...OWN_REASONS];

/** Numbers by name, for the kernel. */
export const DROP: Readonly<Record<string, number>> = Object.fromEntries(DROP_REASONS.map((name, i) => [name, i]));

/** A reason as Linux's tracepoint skb:kfree_skb names it; one of ours as it is. */
export function dropReasonName(reason: number): string {
  return DROP_REASONS[reason] ?? String(reason);
}

/** enum nf_inet_hooks */
export const HOOK = { PRE_ROUTING: 0, LOCAL_IN: 1, FORWARD: 2, LOCAL_OUT: 3, POST_ROUTING: 4 } as const;
export type HookName = keyof typeof HOOK;

/** include/uapi/linux/netfilter.h */
export const NF = { DROP: 0, ACCEPT: 1, STOLEN: 2, QUEUE: 3, REPEAT: 4, STOP: 5 } as const;

/** Kinds of interface. */
export const DEVICE = { loopback: 0, nic: 1, veth: 2, vlan: 3, dummy: 4 } as const;
export type DeviceKind = keyof typeof DEVICE;

/** What a route leads to (RTN_…). */
export const ROUTE = { unicast: 1, local: 2, broadcast: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;
export type RouteKind = keyof typeof ROUTE;

/** Programs behind sockets. */
export const APPLICATION = {
  /** sends back what it gets */
  echo: 1,
  /** counts and forgets */
  sink: 2,
  /** answers a GET with a small page */
  http: 3,
  /** asks once and waits for the answer */
  client: 4,
} as const;
export type ApplicationKind = keyof typeof APPLICATION;

/** Of a rule: what happens to a packet that it fits (iptables -j). */
export const TARGET = { ACCEPT: 0, DROP: 1, REJECT: 2 } as const;
export type TargetName = keyof typeof TARGET;

/** struct rule of netRule(): offsets. An address of a family that is 0 is not looked at. */
export const RULE = {
  hook: 0,
  family: 4,
  target: 8,
  protocol: 12,
  source: 16,
  source_bits: 32,
  destination_bits: 36,
  destination: 40,
  source_port: 56,
  destination_port: 60,
  in_device: 64,
  out_device: 68,
  priority: 72,
  size: 80,
} as const;

/** A trace record: offsets. */
export const RECORD = {
  packet_u32: 0,
  stage_u16: 4,
  verdict_u8: 6,
  cpu_u8: 7,
  time_u64: 8,
  value_u32: 16,
  ifindex_u32: 20,
  program_u32: 24,
  instruction_i32: 28,
  cost_u32: 32,
  length_u32: 36,
  detail_u32: 40,
  changed_u16: 44,
  namespace_u16: 46,
  size: 48,
} as const;

/** Counters of an interface: u64 each, in this order. */
export const DEVICE_COUNTERS = [
  'rx_packets',
  'rx_bytes',
  'tx_packets',
  'tx_bytes',
  'rx_dropped',
  'tx_dropped',
  'rx_missed',
  'rx_length_errors',
  'xdp_aborted',
  'xdp_drop',
  'xdp_pass',
  'xdp_tx',
  'xdp_redirect',
] as const;
export type DeviceCounter = (typeof DEVICE_COUNTERS)[number];

/** Counters of a socket and its application: u64 each, in this order. */
/** `refused`: system calls that a program of the process's cgroup refused */
export const SOCKET_COUNTERS = [
  'packets',
  'bytes',
  'sent',
  'sent_bytes',
  'drops',
  'connections',
  'queued',
  'refused',
] as const;
export type SocketCounter = (typeof SOCKET_COUNTERS)[number];

/** netif XDP flags (XDP_FLAGS_…) */
export const XDP_FLAG = { UPDATE_IF_NOEXIST: 1, SKB_MODE: 2, DRV_MODE: 4, HW_MODE: 8, REPLACE: 16 } as const;

/** What packets one machine holds at most: the bounds that keep any scenario within its memory. */
export const NET_LIMIT = {
  /** interfaces of all namespaces */
  devices: 256,
  namespaces: 64,
  routes: 4096,
  neighbours: 1024,
  sockets: 4096,
  rules: 4096,
  cgroups: 256,
  /** receive descriptors of a queue */
  ring: 4096,
  /** sk_buffs alive at once; beyond, allocation fails as it does without memory */
  buffers: 8192,
  /** times that one packet may cross devices in one breath (Linux: XMIT_RECURSION_LIMIT) */
  recursion: 8,
  /** packets that may come of one arrival, before the machine calls it a loop */
  storm: 100000,
  /** bytes of trace records kept */
  trace: 4194304,
  /** bytes of captured frames kept for the host to take */
  capture: 4194304,
  /** frames longer than that do not fit a receive buffer: a page less headroom and struct skb_shared_info */
  frame: 3520,
} as const;
