// Linux 6.18's structures as far as the simulated kernel models them: byte offsets as the kernel's BTF gives them (x86-64).

/** struct xdp_buff */
export const XDP_BUFF_SIZE: usize = 56;
export const XDP_DATA: usize = 0;
export const XDP_DATA_END: usize = 8;
export const XDP_DATA_META: usize = 16;
export const XDP_DATA_HARD_START: usize = 24;
export const XDP_RXQ: usize = 32;
export const XDP_TXQ: usize = 40;
export const XDP_FRAME_SIZE: usize = 48;

/** struct xdp_rxq_info, struct xdp_txq_info */
export const RXQ_SIZE: usize = 64;
export const RXQ_DEV: usize = 0;
export const RXQ_QUEUE_INDEX: usize = 8;
export const TXQ_DEV: usize = 0;

/** struct net_device */
export const NET_DEVICE_SIZE: usize = 2496;
export const NET_DEVICE_MTU: usize = 56;
export const NET_DEVICE_FLAGS: usize = 176;
export const NET_DEVICE_HARD_HEADER_LEN: usize = 180;
export const NET_DEVICE_IFINDEX: usize = 224;
export const NET_DEVICE_NAME: usize = 280;
/** pointer to the hardware address; the broadcast address itself */
export const NET_DEVICE_DEV_ADDR: usize = 968;
export const NET_DEVICE_BROADCAST: usize = 1000;

/** struct sk_buff */
export const SKB_SIZE: usize = 224;
export const SKB_DEV: usize = 16;
export const SKB_SK: usize = 24;
export const SKB_TSTAMP: usize = 32;
export const SKB_CB: usize = 40;
export const SKB_LEN: usize = 112;
export const SKB_DATA_LEN: usize = 116;
export const SKB_MAC_LEN: usize = 120;
export const SKB_QUEUE_MAPPING: usize = 124;
/** low three bits: pkt_type */
export const SKB_PKT_TYPE: usize = 128;
/** bit 2: tc_at_ingress */
export const SKB_TC_AT: usize = 129;
export const SKB_TC_INDEX: usize = 132;
export const SKB_CSUM: usize = 136;
export const SKB_PRIORITY: usize = 140;
export const SKB_IIF: usize = 144;
export const SKB_HASH: usize = 148;
export const SKB_VLAN_PROTO: usize = 152;
export const SKB_VLAN_TCI: usize = 154;
export const SKB_NAPI_ID: usize = 156;
export const SKB_MARK: usize = 164;
export const SKB_PROTOCOL: usize = 176;
export const SKB_TRANSPORT_HEADER: usize = 178;
export const SKB_NETWORK_HEADER: usize = 180;
export const SKB_MAC_HEADER: usize = 182;
export const SKB_TAIL: usize = 184;
export const SKB_END: usize = 188;
export const SKB_HEAD: usize = 192;
export const SKB_DATA: usize = 200;
export const SKB_TRUESIZE: usize = 208;
export const SKB_USERS: usize = 212;
/**
 * struct qdisc_skb_cb and bpf_skb_data_end inside cb: where a program's cb[] words are, and the ends of directly accessible data
 */
export const SKB_CB_TC_CLASSID: usize = 46;
export const SKB_CB_DATA: usize = 48;
export const SKB_CB_DATA_META: usize = 72;
export const SKB_CB_DATA_END: usize = 80;

/** struct skb_shared_info, behind the packet's buffer */
export const SHARED_INFO_SIZE: usize = 320;
export const SHARED_META_LEN: usize = 1;
export const SHARED_GSO_SIZE: usize = 4;
export const SHARED_GSO_SEGS: usize = 6;
export const SHARED_HWTSTAMP: usize = 16;

/** struct task_struct */
export const TASK_SIZE: usize = 3264;
export const TASK_PRIO: usize = 108;
export const TASK_PID: usize = 1264;
export const TASK_TGID: usize = 1268;
export const TASK_REAL_PARENT: usize = 1280;
export const TASK_PARENT: usize = 1288;
export const TASK_GROUP_LEADER: usize = 1328;
export const TASK_START_TIME: usize = 1552;
export const TASK_START_BOOTTIME: usize = 1560;
export const TASK_REAL_CRED: usize = 1728;
export const TASK_CRED: usize = 1736;
export const TASK_COMM: usize = 1752;

/** struct cred */
export const CRED_SIZE: usize = 184;
export const CRED_UID: usize = 8;
export const CRED_GID: usize = 12;
export const CRED_EUID: usize = 24;
export const CRED_EGID: usize = 28;

/** struct sock, and struct sock_common at its beginning */
export const SOCK_SIZE: usize = 784;
export const SOCK_DADDR: usize = 0;
export const SOCK_RCV_SADDR: usize = 4;
export const SOCK_DPORT: usize = 12;
export const SOCK_NUM: usize = 14;
export const SOCK_FAMILY: usize = 16;
export const SOCK_STATE: usize = 18;
export const SOCK_BOUND_DEV_IF: usize = 20;
export const SOCK_V6_DADDR: usize = 56;
export const SOCK_V6_RCV_SADDR: usize = 72;
export const SOCK_RX_QUEUE_MAPPING: usize = 122;
export const SOCK_PRIORITY: usize = 520;
export const SOCK_MARK: usize = 524;
export const SOCK_PROTOCOL: usize = 532;
export const SOCK_TYPE: usize = 534;
