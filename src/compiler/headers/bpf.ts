// linux/bpf.h: the types and numbers that a program shares with the kernel. Map and program types come from the tables in src/bpf.
import { HELPERS } from '../../bpf/helpers.ts';
import { MAP_TYPES } from '../../bpf/maps.ts';

/** Constants in counting order, beginning with 0 or with the number behind `=`. */
function enumeration(tag: string, names: string): string {
  const list = names
    .trim()
    .split(/\s+/)
    .map((name) => `\t${name.replace('=', ' = ')},\n`);
  return `enum ${tag}{\n${list.join('')}};\n`;
}

const PROG_TYPES =
  'UNSPEC SOCKET_FILTER KPROBE SCHED_CLS SCHED_ACT TRACEPOINT XDP PERF_EVENT CGROUP_SKB CGROUP_SOCK LWT_IN LWT_OUT LWT_XMIT SOCK_OPS SK_SKB CGROUP_DEVICE SK_MSG RAW_TRACEPOINT CGROUP_SOCK_ADDR LWT_SEG6LOCAL LIRC_MODE2 SK_REUSEPORT FLOW_DISSECTOR CGROUP_SYSCTL RAW_TRACEPOINT_WRITABLE CGROUP_SOCKOPT TRACING STRUCT_OPS EXT LSM SK_LOOKUP SYSCALL NETFILTER';
const ATTACH_TYPES =
  'CGROUP_INET_INGRESS CGROUP_INET_EGRESS CGROUP_INET_SOCK_CREATE CGROUP_SOCK_OPS SK_SKB_STREAM_PARSER SK_SKB_STREAM_VERDICT CGROUP_DEVICE SK_MSG_VERDICT CGROUP_INET4_BIND CGROUP_INET6_BIND CGROUP_INET4_CONNECT CGROUP_INET6_CONNECT CGROUP_INET4_POST_BIND CGROUP_INET6_POST_BIND CGROUP_UDP4_SENDMSG CGROUP_UDP6_SENDMSG LIRC_MODE2 FLOW_DISSECTOR CGROUP_SYSCTL CGROUP_UDP4_RECVMSG CGROUP_UDP6_RECVMSG CGROUP_GETSOCKOPT CGROUP_SETSOCKOPT TRACE_RAW_TP TRACE_FENTRY TRACE_FEXIT MODIFY_RETURN LSM_MAC TRACE_ITER CGROUP_INET4_GETPEERNAME CGROUP_INET6_GETPEERNAME CGROUP_INET4_GETSOCKNAME CGROUP_INET6_GETSOCKNAME XDP_DEVMAP CGROUP_INET_SOCK_RELEASE XDP_CPUMAP SK_LOOKUP XDP SK_SKB_VERDICT SK_REUSEPORT_SELECT SK_REUSEPORT_SELECT_OR_MIGRATE PERF_EVENT TRACE_KPROBE_MULTI LSM_CGROUP STRUCT_OPS NETFILTER TCX_INGRESS TCX_EGRESS TRACE_UPROBE_MULTI CGROUP_UNIX_CONNECT CGROUP_UNIX_SENDMSG CGROUP_UNIX_RECVMSG CGROUP_UNIX_GETPEERNAME CGROUP_UNIX_GETSOCKNAME NETKIT_PRIMARY NETKIT_PEER TRACE_KPROBE_SESSION TRACE_UPROBE_SESSION';
const prefixed = (prefix: string, names: string): string =>
  names
    .split(' ')
    .map((name) => prefix + name)
    .join(' ');

const MAP_ENUM = enumeration(
  'bpf_map_type ',
  ['BPF_MAP_TYPE_UNSPEC', ...MAP_TYPES.map((type) => `${type.constant}=${type.id}`)].join(' '),
);

const FLAGS = [
  'BPF_ANY=0 BPF_NOEXIST=1 BPF_EXIST=2 BPF_F_LOCK=4',
  'BPF_F_NO_PREALLOC=1 BPF_F_NO_COMMON_LRU=2 BPF_F_NUMA_NODE=4 BPF_F_RDONLY=8 BPF_F_WRONLY=16 BPF_F_STACK_BUILD_ID=32 BPF_F_ZERO_SEED=64 BPF_F_RDONLY_PROG=128 BPF_F_WRONLY_PROG=256 BPF_F_CLONE=512 BPF_F_MMAPABLE=1024 BPF_F_PRESERVE_ELEMS=2048 BPF_F_INNER_MAP=4096 BPF_F_LINK=8192 BPF_F_PATH_FD=16384 BPF_F_VTYPE_BTF_OBJ_FD=32768 BPF_F_TOKEN_FD=65536 BPF_F_SEGV_ON_FAULT=131072 BPF_F_NO_USER_CONV=262144',
  'BPF_F_RECOMPUTE_CSUM=1 BPF_F_INVALIDATE_HASH=2',
  'BPF_F_HDR_FIELD_MASK=15',
  'BPF_F_PSEUDO_HDR=16 BPF_F_MARK_MANGLED_0=32 BPF_F_MARK_ENFORCE=64 BPF_F_IPV6=128',
  'BPF_F_INGRESS=1 BPF_F_BROADCAST=8 BPF_F_EXCLUDE_INGRESS=16',
  'BPF_F_TUNINFO_IPV6=1',
  'BPF_F_SKIP_FIELD_MASK=255 BPF_F_USER_STACK=256 BPF_F_FAST_STACK_CMP=512 BPF_F_REUSE_STACKID=1024 BPF_F_USER_BUILD_ID=2048',
  'BPF_F_ZERO_CSUM_TX=2 BPF_F_DONT_FRAGMENT=4 BPF_F_SEQ_NUMBER=8 BPF_F_NO_TUNNEL_KEY=16',
  'BPF_F_TUNINFO_FLAGS=16',
  'BPF_F_INDEX_MASK=0xffffffffULL BPF_F_CURRENT_CPU=0xffffffffULL BPF_F_CTXLEN_MASK=0xfffff00000000ULL',
  'BPF_F_CURRENT_NETNS=-1',
  'BPF_CSUM_LEVEL_QUERY=0 BPF_CSUM_LEVEL_INC=1 BPF_CSUM_LEVEL_DEC=2 BPF_CSUM_LEVEL_RESET=3',
  'BPF_F_ADJ_ROOM_FIXED_GSO=1 BPF_F_ADJ_ROOM_ENCAP_L3_IPV4=2 BPF_F_ADJ_ROOM_ENCAP_L3_IPV6=4 BPF_F_ADJ_ROOM_ENCAP_L4_GRE=8 BPF_F_ADJ_ROOM_ENCAP_L4_UDP=16 BPF_F_ADJ_ROOM_NO_CSUM_RESET=32 BPF_F_ADJ_ROOM_ENCAP_L2_ETH=64 BPF_F_ADJ_ROOM_DECAP_L3_IPV4=128 BPF_F_ADJ_ROOM_DECAP_L3_IPV6=256',
  'BPF_F_SYSCTL_BASE_NAME=1',
  'BPF_LOCAL_STORAGE_GET_F_CREATE=1 BPF_SK_STORAGE_GET_F_CREATE=1',
  'BPF_F_GET_BRANCH_RECORDS_SIZE=1',
  'BPF_RB_NO_WAKEUP=1 BPF_RB_FORCE_WAKEUP=2',
  'BPF_RB_AVAIL_DATA=0 BPF_RB_RING_SIZE=1 BPF_RB_CONS_POS=2 BPF_RB_PROD_POS=3',
  'BPF_RINGBUF_BUSY_BIT=0x80000000U BPF_RINGBUF_DISCARD_BIT=0x40000000 BPF_RINGBUF_HDR_SZ=8',
  'BPF_SK_LOOKUP_F_REPLACE=1 BPF_SK_LOOKUP_F_NO_REUSEPORT=2',
  'BPF_F_BPRM_SECUREEXEC=1',
  'BPF_F_NEIGH=65536 BPF_F_PEER=131072 BPF_F_NEXTHOP=262144',
  'BPF_SKB_TSTAMP_UNSPEC=0 BPF_SKB_TSTAMP_DELIVERY_MONO=1 BPF_SKB_CLOCK_REALTIME=0 BPF_SKB_CLOCK_MONOTONIC=1 BPF_SKB_CLOCK_TAI=2',
  'BPF_FIB_LOOKUP_DIRECT=1 BPF_FIB_LOOKUP_OUTPUT=2 BPF_FIB_LOOKUP_SKIP_NEIGH=4 BPF_FIB_LOOKUP_TBID=8 BPF_FIB_LOOKUP_SRC=16 BPF_FIB_LOOKUP_MARK=32',
  'BPF_FIB_LKUP_RET_SUCCESS BPF_FIB_LKUP_RET_BLACKHOLE BPF_FIB_LKUP_RET_UNREACHABLE BPF_FIB_LKUP_RET_PROHIBIT BPF_FIB_LKUP_RET_NOT_FWDED BPF_FIB_LKUP_RET_FWD_DISABLED BPF_FIB_LKUP_RET_UNSUPP_LWT BPF_FIB_LKUP_RET_NO_NEIGH BPF_FIB_LKUP_RET_FRAG_NEEDED BPF_FIB_LKUP_RET_NO_SRC_ADDR',
  'BPF_SOCK_OPS_RTO_CB_FLAG=1 BPF_SOCK_OPS_RETRANS_CB_FLAG=2 BPF_SOCK_OPS_STATE_CB_FLAG=4 BPF_SOCK_OPS_RTT_CB_FLAG=8 BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG=16 BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG=32 BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG=64 BPF_SOCK_OPS_ALL_CB_FLAGS=127',
  prefixed('BPF_SOCK_OPS_', 'VOID TIMEOUT_INIT RWND_INIT TCP_CONNECT_CB ACTIVE_ESTABLISHED_CB PASSIVE_ESTABLISHED_CB NEEDS_ECN BASE_RTT RTO_CB RETRANS_CB STATE_CB TCP_LISTEN_CB RTT_CB PARSE_HDR_OPT_CB HDR_OPT_LEN_CB WRITE_HDR_OPT_CB'),
  prefixed('BPF_TCP_', 'ESTABLISHED=1 SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING NEW_SYN_RECV BOUND_INACTIVE MAX_STATES'),
  'BPF_DEVCG_ACC_MKNOD=1 BPF_DEVCG_ACC_READ=2 BPF_DEVCG_ACC_WRITE=4',
  'BPF_DEVCG_DEV_BLOCK=1 BPF_DEVCG_DEV_CHAR=2',
  'BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG=1 BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL=2 BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP=4',
  'BTF_F_COMPACT=1 BTF_F_NONAME=2 BTF_F_PTR_RAW=4 BTF_F_ZERO=8',
  'BPF_F_TIMER_ABS=1 BPF_F_TIMER_CPU_PIN=2',
  'BPF_LOAD_HDR_OPT_TCP_SYN=1',
]; // prettier-ignore

const NAMED = [
  enumeration('bpf_prog_type ', prefixed('BPF_PROG_TYPE_', PROG_TYPES)),
  enumeration('bpf_attach_type ', `${prefixed('BPF_', ATTACH_TYPES)} __MAX_BPF_ATTACH_TYPE`),
  enumeration('xdp_action ', 'XDP_ABORTED=0 XDP_DROP XDP_PASS XDP_TX XDP_REDIRECT'),
  enumeration('sk_action ', 'SK_DROP=0 SK_PASS'),
  enumeration(
    'bpf_ret_code ',
    'BPF_OK=0 BPF_DROP=2 BPF_REDIRECT=7 BPF_LWT_REROUTE=128 BPF_FLOW_DISSECTOR_CONTINUE=129',
  ),
  enumeration('tcx_action_base ', 'TCX_NEXT=-1 TCX_PASS=0 TCX_DROP=2 TCX_REDIRECT=7'),
  enumeration('bpf_adj_room_mode ', 'BPF_ADJ_ROOM_NET BPF_ADJ_ROOM_MAC'),
  enumeration('bpf_hdr_start_off ', 'BPF_HDR_START_MAC BPF_HDR_START_NET'),
  enumeration('bpf_lwt_encap_mode ', 'BPF_LWT_ENCAP_SEG6 BPF_LWT_ENCAP_SEG6_INLINE BPF_LWT_ENCAP_IP'),
  enumeration('bpf_check_mtu_flags ', 'BPF_MTU_CHK_SEGS=1'),
  enumeration('bpf_check_mtu_ret ', 'BPF_MTU_CHK_RET_SUCCESS BPF_MTU_CHK_RET_FRAG_NEEDED BPF_MTU_CHK_RET_SEGS_TOOBIG'),
  enumeration(
    'bpf_stack_build_id_status ',
    'BPF_STACK_BUILD_ID_EMPTY=0 BPF_STACK_BUILD_ID_VALID=1 BPF_STACK_BUILD_ID_IP=2',
  ),
];

const FUNCTION_IDS = enumeration(
  'bpf_func_id ',
  `BPF_FUNC_unspec ${HELPERS.map((helper) => `BPF_FUNC_${helper.name}=${helper.id}`).join(' ')}`,
);

/** A pointer that takes 64 bits on every machine. */
const pointer = (type: string, name: string): string =>
  `\tunion { ${type}${name}; __u64 :64; } __attribute__((aligned(8)));\n`;

const STRUCTS = `struct xdp_md {
	__u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};
struct __sk_buff {
	__u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority;
	__u32 ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id, family;
	__u32 remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta;
${pointer('struct bpf_flow_keys *', 'flow_keys')}	__u64 tstamp;
	__u32 wire_len, gso_segs;
${pointer('struct bpf_sock *', 'sk')}	__u32 gso_size;
	__u8 tstamp_type;
	__u32 :24;
	__u64 hwtstamp;
};
struct bpf_tunnel_key {
	__u32 tunnel_id;
	union { __u32 remote_ipv4, remote_ipv6[4]; };
	__u8 tunnel_tos, tunnel_ttl;
	union { __u16 tunnel_ext; __be16 tunnel_flags; };
	__u32 tunnel_label;
	union { __u32 local_ipv4, local_ipv6[4]; };
};
struct bpf_xfrm_state {
	__u32 reqid, spi;
	__u16 family, ext;
	union { __u32 remote_ipv4, remote_ipv6[4]; };
};
struct bpf_sock {
	__u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port;
	__be16 dst_port;
	__u16 :16;
	__u32 dst_ip4, dst_ip6[4], state;
	__s32 rx_queue_mapping;
};
struct bpf_tcp_sock {
	__u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags, rate_delivered;
	__u32 rate_interval_us, packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out;
	__u32 lost_out, sacked_out;
	__u64 bytes_received, bytes_acked;
	__u32 dsack_dups, delivered, delivered_ce, icsk_retransmits;
};
struct bpf_sock_tuple {
	union {
		struct { __be32 saddr, daddr; __be16 sport, dport; } ipv4;
		struct { __be32 saddr[4], daddr[4]; __be16 sport, dport; } ipv6;
	};
};
struct bpf_xdp_sock {
	__u32 queue_id;
};
struct bpf_devmap_val {
	__u32 ifindex;
	union { int fd; __u32 id; } bpf_prog;
};
struct bpf_cpumap_val {
	__u32 qsize;
	union { int fd; __u32 id; } bpf_prog;
};
struct sk_msg_md {
${pointer('void *', 'data')}${pointer('void *', 'data_end')}	__u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, size;
${pointer('struct bpf_sock *', 'sk')}};
struct sk_reuseport_md {
${pointer('void *', 'data')}${pointer('void *', 'data_end')}	__u32 len, eth_protocol, ip_protocol, bind_inany, hash;
${pointer('struct bpf_sock *', 'sk')}${pointer('struct bpf_sock *', 'migrating_sk')}};
struct bpf_sock_addr {
	__u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
${pointer('struct bpf_sock *', 'sk')}};
struct bpf_sock_ops {
	__u32 op;
	union { __u32 args[4], reply, replylong[4]; };
	__u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, is_fullsock, snd_cwnd;
	__u32 srtt_us, bpf_sock_ops_cb_flags, state, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags;
	__u32 rate_delivered, rate_interval_us, packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out;
	__u32 data_segs_out, lost_out, sacked_out, sk_txhash;
	__u64 bytes_received, bytes_acked;
${pointer('struct bpf_sock *', 'sk')}${pointer('void *', 'skb_data')}${pointer('void *', 'skb_data_end')}	__u32 skb_len, skb_tcp_flags;
	__u64 skb_hwtstamp;
};
struct bpf_sk_lookup {
	union {
	${pointer('struct bpf_sock *', 'sk')}		__u64 cookie;
	};
	__u32 family, protocol, remote_ip4, remote_ip6[4];
	__be16 remote_port;
	__u16 :16;
	__u32 local_ip4, local_ip6[4], local_port, ingress_ifindex;
};
struct bpf_cgroup_dev_ctx {
	__u32 access_type, major, minor;
};
struct bpf_sysctl {
	__u32 write, file_pos;
};
struct bpf_sockopt {
${pointer('struct bpf_sock *', 'sk')}${pointer('void *', 'optval')}${pointer('void *', 'optval_end')}	__s32 level, optname, optlen, retval;
};
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};
struct bpf_perf_event_value {
	__u64 counter, enabled, running;
};
struct bpf_pidns_info {
	__u32 pid, tgid;
};
struct bpf_stack_build_id {
	__s32 status;
	unsigned char build_id[20];
	union { __u64 offset, ip; };
};
struct bpf_fib_lookup {
	__u8 family, l4_protocol;
	__be16 sport, dport;
	union { __u16 tot_len, mtu_result; } __attribute__((packed, aligned(2)));
	__u32 ifindex;
	union { __u8 tos; __be32 flowinfo; __u32 rt_metric; };
	union { __be32 ipv4_src; __u32 ipv6_src[4]; };
	union { __be32 ipv4_dst; __u32 ipv6_dst[4]; };
	union { struct { __be16 h_vlan_proto, h_vlan_TCI; }; __u32 tbid; };
	union { struct { __u32 mark; }; struct { __u8 smac[6], dmac[6]; }; };
};
struct bpf_redir_neigh {
	__u32 nh_family;
	union { __be32 ipv4_nh; __u32 ipv6_nh[4]; };
};
struct bpf_flow_keys {
	__u16 nhoff, thoff, addr_proto;
	__u8 is_frag, is_first_frag, is_encap, ip_proto;
	__be16 n_proto, sport, dport;
	union {
		struct { __be32 ipv4_src, ipv4_dst; };
		struct { __u32 ipv6_src[4], ipv6_dst[4]; };
	};
	__u32 flags;
	__be32 flow_label;
};
struct bpf_lpm_trie_key {
	__u32 prefixlen;
	__u8 data[0];
};
struct bpf_lpm_trie_key_hdr {
	__u32 prefixlen;
};
struct bpf_lpm_trie_key_u8 {
	union { struct bpf_lpm_trie_key_hdr hdr; __u32 prefixlen; };
	__u8 data[];
};
struct bpf_cgroup_storage_key {
	__u64 cgroup_inode_id;
	__u32 attach_type;
};
struct bpf_spin_lock { __u32 val; };
struct bpf_timer { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_wq { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_dynptr { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_list_head { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_list_node { __u64 __opaque[3]; } __attribute__((aligned(8)));
struct bpf_rb_root { __u64 __opaque[2]; } __attribute__((aligned(8)));
struct bpf_rb_node { __u64 __opaque[4]; } __attribute__((aligned(8)));
struct bpf_refcount { __u32 __opaque[1]; } __attribute__((aligned(4)));
struct bpf_iter_num { __u64 __opaque[1]; } __attribute__((aligned(8)));
struct btf_ptr {
	void *ptr;
	__u32 type_id, flags;
};
`;

/** Enums and structures, without macros: also a part of vmlinux.h. */
export const BPF_TYPES = [
  MAP_ENUM,
  ...NAMED,
  FUNCTION_IDS,
  ...FLAGS.map((names) => enumeration('', names)),
  STRUCTS,
].join('');

const MACROS = `#define BPF_TAG_SIZE 8
#define BPF_OBJ_NAME_LEN 16U
#define BPF_BUILD_ID_SIZE 20
#define BPF_F_REDIRECT_FLAGS (BPF_F_INGRESS | BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS)
#define BPF_F_ADJ_ROOM_ENCAP_L2(len) (((__u64)len & 0xff) << 56)
#define BPF_F_TEST_RUN_ON_CPU (1U << 0)
#define BPF_F_SLEEPABLE (1U << 4)
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#define __bpf_md_ptr(type, name) union { type name; __u64 :64; } __attribute__((aligned(8)))
`;

export const LINUX_BPF = `#ifndef _LINUX_BPF_H
#define _LINUX_BPF_H
#include <linux/types.h>
${MACROS}${BPF_TYPES}#endif
`;
