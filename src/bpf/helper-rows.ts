// Every helper function of Linux 6.18 by number: what src/bpf/helpers.ts reads into rows. One line a helper:
//   number name | return type, C type | arguments: type, C declaration | program types | marks
// A type may carry ":" and a size in bytes or a kernel structure's name. Program types are `lab --type`'s words; "all" is the
// base set, @tc, @lwt and @tracing are groups. The program types, the licence and the CAP_PERFMON marks are the answers of a
// 6.18 kernel to one load a helper and type; tracing, lsm and a few others, which that kernel refuses, are from documentation.
export const HELPER_ROWS = `
1 map_lookup_elem | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_MAP_KEY const void *key | all | packetAccess
2 map_update_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_MAP_KEY const void *key, PTR_TO_MAP_VALUE const void *value, ANYTHING __u64 flags | all | packetAccess
3 map_delete_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_MAP_KEY const void *key | all | packetAccess
4 probe_read | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | @tracing syscall | gpl
5 ktime_get_ns | INTEGER __u64 | - | all
6 trace_printk | INTEGER long | PTR_TO_MEM_RDONLY const char *fmt, CONST_SIZE __u32 fmt_size, ANYTHING ..., ANYTHING ..., ANYTHING ... | all | variadic gpl perfmon
7 get_prandom_u32 | INTEGER __u32 | - | all
8 get_smp_processor_id | INTEGER __u32 | - | all
9 skb_store_bytes | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 offset, PTR_TO_MEM_RDONLY const void *from, CONST_SIZE __u32 len, ANYTHING __u64 flags | @tc lwt_xmit sk_skb | changesPacket
10 l3_csum_replace | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 offset, ANYTHING __u64 from, ANYTHING __u64 to, ANYTHING __u64 size | @tc lwt_xmit | changesPacket
11 l4_csum_replace | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 offset, ANYTHING __u64 from, ANYTHING __u64 to, ANYTHING __u64 flags | @tc lwt_xmit | changesPacket
12 tail_call | VOID long | PTR_TO_CTX void *ctx, CONST_MAP_PTR void *prog_array_map, ANYTHING __u32 index | all | changesPacket
13 clone_redirect | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 ifindex, ANYTHING __u64 flags | @tc lwt_xmit | changesPacket
14 get_current_pid_tgid | INTEGER __u64 | - | all
15 get_current_uid_gid | INTEGER __u64 | - | all
16 get_current_comm | INTEGER long | PTR_TO_UNINIT_MEM void *buf, CONST_SIZE __u32 size_of_buf | all | perfmon
17 get_cgroup_classid | INTEGER __u32 | PTR_TO_CTX struct __sk_buff *skb | all
18 skb_vlan_push | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __be16 vlan_proto, ANYTHING __u16 vlan_tci | @tc | changesPacket
19 skb_vlan_pop | INTEGER long | PTR_TO_CTX struct __sk_buff *skb | @tc | changesPacket
20 skb_get_tunnel_key | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, PTR_TO_UNINIT_MEM struct bpf_tunnel_key *key, CONST_SIZE __u32 size, ANYTHING __u64 flags | @tc lwt_xmit
21 skb_set_tunnel_key | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, PTR_TO_MEM_RDONLY struct bpf_tunnel_key *key, CONST_SIZE __u32 size, ANYTHING __u64 flags | @tc lwt_xmit
22 perf_event_read | INTEGER __u64 | CONST_MAP_PTR void *map, ANYTHING __u64 flags | all | gpl perfmon
23 redirect | INTEGER long | ANYTHING __u32 ifindex, ANYTHING __u64 flags | @tc xdp lwt_xmit
24 get_route_realm | INTEGER __u32 | PTR_TO_CTX struct __sk_buff *skb | @tc @lwt lwt_seg6local
25 perf_event_output | INTEGER long | PTR_TO_CTX void *ctx, CONST_MAP_PTR void *map, ANYTHING __u64 flags, PTR_TO_MEM_RDONLY void *data, CONST_SIZE_OR_ZERO __u64 size | @tc @lwt @tracing socket xdp cgroup_skb cgroup_sock sock_ops sk_skb cgroup_device sk_msg cgroup_sock_addr lwt_seg6local cgroup_sysctl cgroup_sockopt sk_lookup syscall lsm | gpl
26 skb_load_bytes | INTEGER long | PTR_TO_CTX const void *skb, ANYTHING __u32 offset, PTR_TO_UNINIT_MEM void *to, CONST_SIZE __u32 len | @tc @lwt socket cgroup_skb sk_skb lwt_seg6local flow_dissector sk_reuseport
27 get_stackid | INTEGER long | PTR_TO_CTX void *ctx, CONST_MAP_PTR void *map, ANYTHING __u64 flags | @tracing syscall | gpl
28 csum_diff | INTEGER __s64 | PTR_TO_MEM_RDONLY_OR_NULL __be32 *from, CONST_SIZE_OR_ZERO __u32 from_size, PTR_TO_MEM_RDONLY_OR_NULL __be32 *to, CONST_SIZE_OR_ZERO __u32 to_size, ANYTHING __wsum seed | @tc @lwt xdp lwt_seg6local | packetAccess
29 skb_get_tunnel_opt | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, PTR_TO_UNINIT_MEM void *opt, CONST_SIZE __u32 size | @tc lwt_xmit
30 skb_set_tunnel_opt | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, PTR_TO_MEM_RDONLY void *opt, CONST_SIZE __u32 size | @tc lwt_xmit
31 skb_change_proto | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __be16 proto, ANYTHING __u64 flags | @tc | changesPacket
32 skb_change_type | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 type | @tc
33 skb_under_cgroup | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, CONST_MAP_PTR void *map, ANYTHING __u32 index | @tc @lwt lwt_seg6local
34 get_hash_recalc | INTEGER __u32 | PTR_TO_CTX struct __sk_buff *skb | @tc @lwt lwt_seg6local
35 get_current_task | INTEGER __u64 | - | all | gpl perfmon
36 probe_write_user | INTEGER long | ANYTHING void *dst, PTR_TO_MEM_RDONLY const void *src, CONST_SIZE __u32 len | @tracing | gpl
37 current_task_under_cgroup | INTEGER long | CONST_MAP_PTR void *map, ANYTHING __u32 index | all
38 skb_change_tail | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 len, ANYTHING __u64 flags | @tc lwt_xmit sk_skb | changesPacket
39 skb_pull_data | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 len | @tc @lwt sk_skb lwt_seg6local | changesPacket
40 csum_update | INTEGER __s64 | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __wsum csum | @tc lwt_xmit
41 set_hash_invalid | INTEGER void | PTR_TO_CTX struct __sk_buff *skb | @tc lwt_xmit
42 get_numa_node_id | INTEGER long | - | all
43 skb_change_head | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 len, ANYTHING __u64 flags | @tc lwt_xmit sk_skb | changesPacket
44 xdp_adjust_head | INTEGER long | PTR_TO_CTX struct xdp_md *xdp_md, ANYTHING int delta | xdp | changesPacket
45 probe_read_str | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | @tracing syscall | gpl
46 get_socket_cookie | INTEGER __u64 | PTR_TO_CTX void *ctx | @tc socket cgroup_skb cgroup_sock sock_ops sk_skb cgroup_sock_addr syscall tracing lsm
47 get_socket_uid | INTEGER __u32 | PTR_TO_CTX struct __sk_buff *skb | @tc socket cgroup_skb sk_skb
48 set_hash | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 hash | @tc
49 setsockopt | INTEGER long | PTR_TO_CTX void *bpf_socket, ANYTHING int level, ANYTHING int optname, PTR_TO_MEM_RDONLY void *optval, CONST_SIZE int optlen | sock_ops cgroup_sock_addr
50 skb_adjust_room | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __s32 len_diff, ANYTHING __u32 mode, ANYTHING __u64 flags | @tc sk_skb | changesPacket
51 redirect_map | INTEGER long | CONST_MAP_PTR void *map, ANYTHING __u64 key, ANYTHING __u64 flags | xdp
52 sk_redirect_map | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, CONST_MAP_PTR void *map, ANYTHING __u32 key, ANYTHING __u64 flags | sk_skb
53 sock_map_update | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *skops, CONST_MAP_PTR void *map, PTR_TO_MAP_KEY void *key, ANYTHING __u64 flags | sock_ops
54 xdp_adjust_meta | INTEGER long | PTR_TO_CTX struct xdp_md *xdp_md, ANYTHING int delta | xdp | changesPacket
55 perf_event_read_value | INTEGER long | CONST_MAP_PTR void *map, ANYTHING __u64 flags, PTR_TO_UNINIT_MEM struct bpf_perf_event_value *buf, CONST_SIZE __u32 buf_size | all | gpl perfmon
56 perf_prog_read_value | INTEGER long | PTR_TO_CTX struct bpf_perf_event_data *ctx, PTR_TO_UNINIT_MEM struct bpf_perf_event_value *buf, CONST_SIZE __u32 buf_size | perf_event | gpl
57 getsockopt | INTEGER long | PTR_TO_CTX void *bpf_socket, ANYTHING int level, ANYTHING int optname, PTR_TO_UNINIT_MEM void *optval, CONST_SIZE int optlen | sock_ops cgroup_sock_addr
58 override_return | INTEGER long | PTR_TO_CTX struct pt_regs *regs, ANYTHING __u64 rc | kprobe | gpl
59 sock_ops_cb_flags_set | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *bpf_sock, ANYTHING int argval | sock_ops
60 msg_redirect_map | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, CONST_MAP_PTR void *map, ANYTHING __u32 key, ANYTHING __u64 flags | sk_msg
61 msg_apply_bytes | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, ANYTHING __u32 bytes | sk_msg
62 msg_cork_bytes | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, ANYTHING __u32 bytes | sk_msg
63 msg_pull_data | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, ANYTHING __u32 start, ANYTHING __u32 end, ANYTHING __u64 flags | sk_msg | changesPacket
64 bind | INTEGER long | PTR_TO_CTX struct bpf_sock_addr *ctx, PTR_TO_MEM_RDONLY struct sockaddr *addr, CONST_SIZE int addr_len | cgroup_sock_addr
65 xdp_adjust_tail | INTEGER long | PTR_TO_CTX struct xdp_md *xdp_md, ANYTHING int delta | xdp | changesPacket
66 skb_get_xfrm_state | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 index, PTR_TO_UNINIT_MEM struct bpf_xfrm_state *xfrm_state, CONST_SIZE __u32 size, ANYTHING __u64 flags | @tc
67 get_stack | INTEGER long | PTR_TO_CTX void *ctx, PTR_TO_UNINIT_MEM void *buf, CONST_SIZE_OR_ZERO __u32 size, ANYTHING __u64 flags | @tracing syscall | gpl
68 skb_load_bytes_relative | INTEGER long | PTR_TO_CTX const void *skb, ANYTHING __u32 offset, PTR_TO_UNINIT_MEM void *to, CONST_SIZE __u32 len, ANYTHING __u32 start_header | @tc socket cgroup_skb sk_reuseport
69 fib_lookup | INTEGER long | PTR_TO_CTX void *ctx, PTR_TO_MEM struct bpf_fib_lookup *params, CONST_SIZE int plen, ANYTHING __u32 flags | @tc xdp | gpl
70 sock_hash_update | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *skops, CONST_MAP_PTR void *map, PTR_TO_MAP_KEY void *key, ANYTHING __u64 flags | sock_ops
71 msg_redirect_hash | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, CONST_MAP_PTR void *map, PTR_TO_MAP_KEY void *key, ANYTHING __u64 flags | sk_msg
72 sk_redirect_hash | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, CONST_MAP_PTR void *map, PTR_TO_MAP_KEY void *key, ANYTHING __u64 flags | sk_skb
73 lwt_push_encap | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 type, PTR_TO_MEM_RDONLY void *hdr, CONST_SIZE __u32 len | lwt_in lwt_xmit | changesPacket
74 lwt_seg6_store_bytes | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 offset, PTR_TO_MEM_RDONLY const void *from, CONST_SIZE __u32 len | lwt_seg6local | changesPacket
75 lwt_seg6_adjust_srh | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 offset, ANYTHING __s32 delta | lwt_seg6local | changesPacket
76 lwt_seg6_action | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u32 action, PTR_TO_MEM_RDONLY void *param, CONST_SIZE __u32 param_len | lwt_seg6local | changesPacket
77 rc_repeat | INTEGER long | PTR_TO_CTX void *ctx | lirc
78 rc_keydown | INTEGER long | PTR_TO_CTX void *ctx, ANYTHING __u32 protocol, ANYTHING __u64 scancode, ANYTHING __u32 toggle | lirc
79 skb_cgroup_id | INTEGER __u64 | PTR_TO_CTX struct __sk_buff *skb | @tc cgroup_skb
80 get_current_cgroup_id | INTEGER __u64 | - | all
81 get_local_storage | PTR_TO_MAP_VALUE void * | CONST_MAP_PTR void *map, ANYTHING __u64 flags | cgroup_skb cgroup_sock sock_ops cgroup_device cgroup_sock_addr cgroup_sysctl cgroup_sockopt
82 sk_select_reuseport | INTEGER long | PTR_TO_CTX struct sk_reuseport_md *reuse, CONST_MAP_PTR void *map, PTR_TO_MAP_KEY void *key, ANYTHING __u64 flags | sk_reuseport
83 skb_ancestor_cgroup_id | INTEGER __u64 | PTR_TO_CTX struct __sk_buff *skb, ANYTHING int ancestor_level | @tc cgroup_skb
84 sk_lookup_tcp | PTR_TO_SOCKET_OR_NULL struct bpf_sock * | PTR_TO_CTX void *ctx, PTR_TO_MEM_RDONLY struct bpf_sock_tuple *tuple, CONST_SIZE __u32 tuple_size, ANYTHING __u64 netns, ANYTHING __u64 flags | @tc xdp cgroup_skb sk_skb cgroup_sock_addr | packetAccess
85 sk_lookup_udp | PTR_TO_SOCKET_OR_NULL struct bpf_sock * | PTR_TO_CTX void *ctx, PTR_TO_MEM_RDONLY struct bpf_sock_tuple *tuple, CONST_SIZE __u32 tuple_size, ANYTHING __u64 netns, ANYTHING __u64 flags | @tc xdp cgroup_skb sk_skb cgroup_sock_addr | packetAccess
86 sk_release | INTEGER long | PTR_TO_BTF_ID_SOCK_COMMON void *sock | @tc xdp cgroup_skb sk_skb cgroup_sock_addr sk_lookup
87 map_push_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_MAP_VALUE const void *value, ANYTHING __u64 flags | all | packetAccess
88 map_pop_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_UNINIT_MAP_VALUE void *value | all
89 map_peek_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_UNINIT_MAP_VALUE void *value | all
90 msg_push_data | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, ANYTHING __u32 start, ANYTHING __u32 len, ANYTHING __u64 flags | sk_msg | changesPacket
91 msg_pop_data | INTEGER long | PTR_TO_CTX struct sk_msg_md *msg, ANYTHING __u32 start, ANYTHING __u32 len, ANYTHING __u64 flags | sk_msg | changesPacket
92 rc_pointer_rel | INTEGER long | PTR_TO_CTX void *ctx, ANYTHING __s32 rel_x, ANYTHING __s32 rel_y | lirc
93 spin_lock | VOID long | PTR_TO_SPIN_LOCK struct bpf_spin_lock *lock | all
94 spin_unlock | VOID long | PTR_TO_SPIN_LOCK struct bpf_spin_lock *lock | all
95 sk_fullsock | PTR_TO_SOCKET_OR_NULL struct bpf_sock * | PTR_TO_SOCK_COMMON struct bpf_sock *sk | @tc cgroup_skb
96 tcp_sock | PTR_TO_TCP_SOCK_OR_NULL struct bpf_tcp_sock * | PTR_TO_SOCK_COMMON struct bpf_sock *sk | @tc cgroup_skb sock_ops cgroup_sockopt
97 skb_ecn_set_ce | INTEGER long | PTR_TO_CTX struct __sk_buff *skb | @tc cgroup_skb
98 get_listener_sock | PTR_TO_SOCKET_OR_NULL struct bpf_sock * | PTR_TO_SOCK_COMMON struct bpf_sock *sk | @tc cgroup_skb
99 skc_lookup_tcp | PTR_TO_SOCK_COMMON_OR_NULL struct bpf_sock * | PTR_TO_CTX void *ctx, PTR_TO_MEM_RDONLY struct bpf_sock_tuple *tuple, CONST_SIZE __u32 tuple_size, ANYTHING __u64 netns, ANYTHING __u64 flags | @tc xdp cgroup_skb sk_skb cgroup_sock_addr | packetAccess
100 tcp_check_syncookie | INTEGER long | PTR_TO_BTF_ID_SOCK_COMMON void *sk, PTR_TO_MEM_RDONLY void *iph, CONST_SIZE __u32 iph_len, PTR_TO_MEM_RDONLY struct tcphdr *th, CONST_SIZE __u32 th_len | @tc xdp | gpl packetAccess
101 sysctl_get_name | INTEGER long | PTR_TO_CTX struct bpf_sysctl *ctx, PTR_TO_UNINIT_MEM char *buf, CONST_SIZE unsigned long buf_len, ANYTHING __u64 flags | cgroup_sysctl
102 sysctl_get_current_value | INTEGER long | PTR_TO_CTX struct bpf_sysctl *ctx, PTR_TO_UNINIT_MEM char *buf, CONST_SIZE unsigned long buf_len | cgroup_sysctl
103 sysctl_get_new_value | INTEGER long | PTR_TO_CTX struct bpf_sysctl *ctx, PTR_TO_UNINIT_MEM char *buf, CONST_SIZE unsigned long buf_len | cgroup_sysctl
104 sysctl_set_new_value | INTEGER long | PTR_TO_CTX struct bpf_sysctl *ctx, PTR_TO_MEM_RDONLY const char *buf, CONST_SIZE unsigned long buf_len | cgroup_sysctl
105 strtol | INTEGER long | PTR_TO_MEM_RDONLY const char *buf, CONST_SIZE unsigned long buf_len, ANYTHING __u64 flags, PTR_TO_FIXED_SIZE_UNINIT_MEM:8 long *res | all
106 strtoul | INTEGER long | PTR_TO_MEM_RDONLY const char *buf, CONST_SIZE unsigned long buf_len, ANYTHING __u64 flags, PTR_TO_FIXED_SIZE_UNINIT_MEM:8 unsigned long *res | all
107 sk_storage_get | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_SOCK_COMMON void *sk, PTR_TO_MAP_VALUE_OR_NULL void *value, ANYTHING __u64 flags | @tc cgroup_skb cgroup_sock sock_ops sk_msg cgroup_sock_addr cgroup_sockopt syscall tracing lsm
108 sk_storage_delete | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc cgroup_skb sock_ops sk_msg cgroup_sock_addr cgroup_sockopt syscall tracing lsm
109 send_signal | INTEGER long | ANYTHING __u32 sig | all | perfmon
110 tcp_gen_syncookie | INTEGER __s64 | PTR_TO_BTF_ID_SOCK_COMMON void *sk, PTR_TO_MEM_RDONLY void *iph, CONST_SIZE __u32 iph_len, PTR_TO_MEM_RDONLY struct tcphdr *th, CONST_SIZE __u32 th_len | @tc xdp | gpl packetAccess
111 skb_output | INTEGER long | PTR_TO_BTF_ID:sk_buff void *ctx, CONST_MAP_PTR void *map, ANYTHING __u64 flags, PTR_TO_MEM_RDONLY void *data, CONST_SIZE_OR_ZERO __u64 size | syscall tracing | gpl
112 probe_read_user | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | all | gpl perfmon
113 probe_read_kernel | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | all | gpl perfmon
114 probe_read_user_str | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | all | gpl perfmon
115 probe_read_kernel_str | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *unsafe_ptr | all | gpl perfmon
116 tcp_send_ack | INTEGER long | PTR_TO_BTF_ID:tcp_sock void *tp, ANYTHING __u32 rcv_nxt | struct_ops | gpl
117 send_signal_thread | INTEGER long | ANYTHING __u32 sig | all | perfmon
118 jiffies64 | INTEGER __u64 | - | all
119 read_branch_records | INTEGER long | PTR_TO_CTX struct bpf_perf_event_data *ctx, PTR_TO_MEM_OR_NULL void *buf, CONST_SIZE_OR_ZERO __u32 size, ANYTHING __u64 flags | perf_event | gpl
120 get_ns_current_pid_tgid | INTEGER long | ANYTHING __u64 dev, ANYTHING __u64 ino, PTR_TO_UNINIT_MEM struct bpf_pidns_info *nsdata, CONST_SIZE __u32 size | all
121 xdp_output | INTEGER long | PTR_TO_BTF_ID:xdp_buff void *ctx, CONST_MAP_PTR void *map, ANYTHING __u64 flags, PTR_TO_MEM_RDONLY void *data, CONST_SIZE_OR_ZERO __u64 size | syscall tracing | gpl
122 get_netns_cookie | INTEGER __u64 | PTR_TO_CTX_OR_NULL void *ctx | @tc socket cgroup_skb cgroup_sock sock_ops sk_msg cgroup_sock_addr cgroup_sockopt
123 get_current_ancestor_cgroup_id | INTEGER __u64 | ANYTHING int ancestor_level | all
124 sk_assign | INTEGER long | PTR_TO_CTX void *ctx, PTR_TO_BTF_ID_SOCK_COMMON void *sk, ANYTHING __u64 flags | @tc sk_lookup
125 ktime_get_boot_ns | INTEGER __u64 | - | all
126 seq_printf | INTEGER long | PTR_TO_BTF_ID:seq_file struct seq_file *m, PTR_TO_MEM_RDONLY const char *fmt, CONST_SIZE __u32 fmt_size, PTR_TO_MEM_RDONLY_OR_NULL const void *data, CONST_SIZE_OR_ZERO __u32 data_len | tracing | gpl
127 seq_write | INTEGER long | PTR_TO_BTF_ID:seq_file struct seq_file *m, PTR_TO_MEM_RDONLY const void *data, CONST_SIZE_OR_ZERO __u32 len | tracing | gpl
128 sk_cgroup_id | INTEGER __u64 | PTR_TO_BTF_ID_SOCK_COMMON void *sk | cgroup_skb
129 sk_ancestor_cgroup_id | INTEGER __u64 | PTR_TO_BTF_ID_SOCK_COMMON void *sk, ANYTHING int ancestor_level | cgroup_skb
130 ringbuf_output | INTEGER long | CONST_MAP_PTR void *ringbuf, PTR_TO_MEM_RDONLY void *data, CONST_SIZE_OR_ZERO __u64 size, ANYTHING __u64 flags | all
131 ringbuf_reserve | PTR_TO_RINGBUF_MEM_OR_NULL void * | CONST_MAP_PTR void *ringbuf, CONST_ALLOC_SIZE_OR_ZERO __u64 size, ANYTHING __u64 flags | all
132 ringbuf_submit | VOID void | PTR_TO_RINGBUF_MEM void *data, ANYTHING __u64 flags | all
133 ringbuf_discard | VOID void | PTR_TO_RINGBUF_MEM void *data, ANYTHING __u64 flags | all
134 ringbuf_query | INTEGER __u64 | CONST_MAP_PTR void *ringbuf, ANYTHING __u64 flags | all
135 csum_level | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u64 level | @tc lwt_xmit
136 skc_to_tcp6_sock | PTR_TO_BTF_ID_OR_NULL:tcp6_sock struct tcp6_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
137 skc_to_tcp_sock | PTR_TO_BTF_ID_OR_NULL:tcp_sock struct tcp_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
138 skc_to_tcp_timewait_sock | PTR_TO_BTF_ID_OR_NULL:tcp_timewait_sock struct tcp_timewait_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
139 skc_to_tcp_request_sock | PTR_TO_BTF_ID_OR_NULL:tcp_request_sock struct tcp_request_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
140 skc_to_udp6_sock | PTR_TO_BTF_ID_OR_NULL:udp6_sock struct udp6_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
141 get_task_stack | INTEGER long | PTR_TO_BTF_ID:task_struct struct task_struct *task, PTR_TO_UNINIT_MEM void *buf, CONST_SIZE_OR_ZERO __u32 size, ANYTHING __u64 flags | all | perfmon
142 load_hdr_opt | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *skops, PTR_TO_MEM void *searchby_res, CONST_SIZE __u32 len, ANYTHING __u64 flags | sock_ops
143 store_hdr_opt | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *skops, PTR_TO_MEM_RDONLY const void *from, CONST_SIZE __u32 len, ANYTHING __u64 flags | sock_ops | changesPacket
144 reserve_hdr_opt | INTEGER long | PTR_TO_CTX struct bpf_sock_ops *skops, ANYTHING __u32 len, ANYTHING __u64 flags | sock_ops
145 inode_storage_get | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:inode void *inode, PTR_TO_MAP_VALUE_OR_NULL void *value, ANYTHING __u64 flags | lsm
146 inode_storage_delete | INTEGER int | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:inode void *inode | lsm
147 d_path | INTEGER long | PTR_TO_BTF_ID:path struct path *path, PTR_TO_UNINIT_MEM char *buf, CONST_SIZE_OR_ZERO __u32 sz | syscall tracing lsm
148 copy_from_user | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *user_ptr | all | perfmon sleeps
149 snprintf_btf | INTEGER long | PTR_TO_MEM char *str, CONST_SIZE __u32 str_size, PTR_TO_MEM_RDONLY struct btf_ptr *ptr, CONST_SIZE __u32 btf_ptr_size, ANYTHING __u64 flags | all | perfmon
150 seq_printf_btf | INTEGER long | PTR_TO_BTF_ID:seq_file struct seq_file *m, PTR_TO_MEM_RDONLY struct btf_ptr *ptr, CONST_SIZE_OR_ZERO __u32 ptr_size, ANYTHING __u64 flags | tracing | gpl
151 skb_cgroup_classid | INTEGER __u64 | PTR_TO_CTX struct __sk_buff *skb | @tc
152 redirect_neigh | INTEGER long | ANYTHING __u32 ifindex, PTR_TO_MEM_RDONLY_OR_NULL struct bpf_redir_neigh *params, CONST_SIZE_OR_ZERO int plen, ANYTHING __u64 flags | @tc
153 per_cpu_ptr | PTR_TO_MEM_OR_BTF_ID_OR_NULL void * | PTR_TO_PERCPU_BTF_ID const void *percpu_ptr, ANYTHING __u32 cpu | all
154 this_cpu_ptr | PTR_TO_MEM_OR_BTF_ID void * | PTR_TO_PERCPU_BTF_ID const void *percpu_ptr | all
155 redirect_peer | INTEGER long | ANYTHING __u32 ifindex, ANYTHING __u64 flags | @tc
156 task_storage_get | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:task_struct struct task_struct *task, PTR_TO_MAP_VALUE_OR_NULL void *value, ANYTHING __u64 flags | all
157 task_storage_delete | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:task_struct struct task_struct *task | all
158 get_current_task_btf | PTR_TO_BTF_ID_TRUSTED:task_struct struct task_struct * | - | all | gpl perfmon
159 bprm_opts_set | INTEGER long | PTR_TO_BTF_ID:linux_binprm struct linux_binprm *bprm, ANYTHING __u64 flags | lsm
160 ktime_get_coarse_ns | INTEGER __u64 | - | @tc @lwt socket xdp cgroup_skb cgroup_sock sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector cgroup_sysctl sk_lookup
161 ima_inode_hash | INTEGER long | PTR_TO_BTF_ID:inode struct inode *inode, PTR_TO_UNINIT_MEM void *dst, CONST_SIZE __u32 size | lsm
162 sock_from_file | PTR_TO_BTF_ID_OR_NULL:socket struct socket * | PTR_TO_BTF_ID:file struct file *file | syscall tracing
163 check_mtu | INTEGER long | PTR_TO_CTX void *ctx, ANYTHING __u32 ifindex, PTR_TO_FIXED_SIZE_MEM:4 __u32 *mtu_len, ANYTHING __s32 len_diff, ANYTHING __u64 flags | @tc xdp | gpl
164 for_each_map_elem | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_FUNC void *callback_fn, PTR_TO_STACK_OR_NULL void *callback_ctx, ANYTHING __u64 flags | all
165 snprintf | INTEGER long | PTR_TO_MEM_OR_NULL char *str, CONST_SIZE_OR_ZERO __u32 str_size, PTR_TO_CONST_STR const char *fmt, PTR_TO_MEM_RDONLY_OR_NULL __u64 *data, CONST_SIZE_OR_ZERO __u32 data_len | all | gpl perfmon
166 sys_bpf | INTEGER long | ANYTHING __u32 cmd, PTR_TO_MEM_RDONLY void *attr, CONST_SIZE __u32 attr_size | syscall | perfmon sleeps
167 btf_find_by_name_kind | INTEGER long | PTR_TO_MEM_RDONLY char *name, CONST_SIZE int name_sz, ANYTHING __u32 kind, ANYTHING int flags | syscall
168 sys_close | INTEGER long | ANYTHING __u32 fd | syscall | sleeps
169 timer_init | INTEGER long | PTR_TO_TIMER struct bpf_timer *timer, CONST_MAP_PTR void *map, ANYTHING __u64 flags | all | gpl
170 timer_set_callback | INTEGER long | PTR_TO_TIMER struct bpf_timer *timer, PTR_TO_FUNC void *callback_fn | all | gpl
171 timer_start | INTEGER long | PTR_TO_TIMER struct bpf_timer *timer, ANYTHING __u64 nsecs, ANYTHING __u64 flags | all | gpl
172 timer_cancel | INTEGER long | PTR_TO_TIMER struct bpf_timer *timer | all | gpl
173 get_func_ip | INTEGER __u64 | PTR_TO_CTX void *ctx | kprobe tracing | gpl
174 get_attach_cookie | INTEGER __u64 | PTR_TO_CTX void *ctx | @tracing lsm
175 task_pt_regs | PTR_TO_BTF_ID_TRUSTED:pt_regs long | PTR_TO_BTF_ID:task_struct struct task_struct *task | all | gpl perfmon
176 get_branch_snapshot | INTEGER long | PTR_TO_UNINIT_MEM void *entries, CONST_SIZE_OR_ZERO __u32 size, ANYTHING __u64 flags | all | gpl perfmon
177 trace_vprintk | INTEGER long | PTR_TO_MEM_RDONLY const char *fmt, CONST_SIZE __u32 fmt_size, PTR_TO_MEM_RDONLY_OR_NULL const void *data, CONST_SIZE_OR_ZERO __u32 data_len | all | gpl perfmon
178 skc_to_unix_sock | PTR_TO_BTF_ID_OR_NULL:unix_sock struct unix_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
179 kallsyms_lookup_name | INTEGER long | PTR_TO_MEM_RDONLY const char *name, CONST_SIZE_OR_ZERO int name_sz, ANYTHING int flags, PTR_TO_FIXED_SIZE_UNINIT_MEM:8 __u64 *res | syscall | perfmon
180 find_vma | INTEGER long | PTR_TO_BTF_ID:task_struct struct task_struct *task, ANYTHING __u64 addr, PTR_TO_FUNC void *callback_fn, PTR_TO_STACK_OR_NULL void *callback_ctx, ANYTHING __u64 flags | all | perfmon
181 loop | INTEGER long | ANYTHING __u32 nr_loops, PTR_TO_FUNC void *callback_fn, PTR_TO_STACK_OR_NULL void *callback_ctx, ANYTHING __u64 flags | all
182 strncmp | INTEGER long | PTR_TO_MEM_RDONLY const char *s1, CONST_SIZE __u32 s1_sz, PTR_TO_CONST_STR const char *s2 | all
183 get_func_arg | INTEGER long | PTR_TO_CTX void *ctx, ANYTHING __u32 n, PTR_TO_FIXED_SIZE_UNINIT_MEM:8 __u64 *value | tracing
184 get_func_ret | INTEGER long | PTR_TO_CTX void *ctx, PTR_TO_FIXED_SIZE_UNINIT_MEM:8 __u64 *value | tracing
185 get_func_arg_cnt | INTEGER long | PTR_TO_CTX void *ctx | tracing
186 get_retval | INTEGER int | - | cgroup_sock cgroup_sock_addr cgroup_sockopt lsm
187 set_retval | INTEGER int | ANYTHING int retval | cgroup_sock cgroup_sock_addr cgroup_sockopt lsm
188 xdp_get_buff_len | INTEGER __u64 | PTR_TO_CTX struct xdp_md *xdp_md | xdp syscall
189 xdp_load_bytes | INTEGER long | PTR_TO_CTX struct xdp_md *xdp_md, ANYTHING __u32 offset, PTR_TO_UNINIT_MEM void *buf, CONST_SIZE __u32 len | xdp
190 xdp_store_bytes | INTEGER long | PTR_TO_CTX struct xdp_md *xdp_md, ANYTHING __u32 offset, PTR_TO_MEM_RDONLY void *buf, CONST_SIZE __u32 len | xdp
191 copy_from_user_task | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 size, ANYTHING const void *user_ptr, PTR_TO_BTF_ID:task_struct struct task_struct *tsk, ANYTHING __u64 flags | all | gpl perfmon sleeps
192 skb_set_tstamp | INTEGER long | PTR_TO_CTX struct __sk_buff *skb, ANYTHING __u64 tstamp, ANYTHING __u32 tstamp_type | @tc
193 ima_file_hash | INTEGER long | PTR_TO_BTF_ID:file struct file *file, PTR_TO_UNINIT_MEM void *dst, CONST_SIZE __u32 size | lsm
194 kptr_xchg | PTR_TO_BTF_ID_OR_NULL void * | PTR_TO_KPTR void *map_value, PTR_TO_BTF_ID_OR_NULL void *ptr | all
195 map_lookup_percpu_elem | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_MAP_KEY const void *key, ANYTHING __u32 cpu | all | packetAccess
196 skc_to_mptcp_sock | PTR_TO_BTF_ID_OR_NULL:mptcp_sock struct mptcp_sock * | PTR_TO_BTF_ID_SOCK_COMMON void *sk | @tc @lwt socket xdp cgroup_skb sock_ops sk_skb sk_msg cgroup_sock_addr lwt_seg6local flow_dissector sk_lookup syscall tracing | perfmon
197 dynptr_from_mem | INTEGER long | PTR_TO_UNINIT_MEM void *data, CONST_SIZE_OR_ZERO __u32 size, ANYTHING __u64 flags, PTR_TO_DYNPTR struct bpf_dynptr *ptr | all
198 ringbuf_reserve_dynptr | INTEGER long | CONST_MAP_PTR void *ringbuf, ANYTHING __u32 size, ANYTHING __u64 flags, PTR_TO_DYNPTR struct bpf_dynptr *ptr | all
199 ringbuf_submit_dynptr | VOID void | PTR_TO_DYNPTR struct bpf_dynptr *ptr, ANYTHING __u64 flags | all
200 ringbuf_discard_dynptr | VOID void | PTR_TO_DYNPTR struct bpf_dynptr *ptr, ANYTHING __u64 flags | all
201 dynptr_read | INTEGER long | PTR_TO_UNINIT_MEM void *dst, CONST_SIZE_OR_ZERO __u32 len, PTR_TO_DYNPTR const struct bpf_dynptr *src, ANYTHING __u32 offset, ANYTHING __u64 flags | all
202 dynptr_write | INTEGER long | PTR_TO_DYNPTR const struct bpf_dynptr *dst, ANYTHING __u32 offset, PTR_TO_MEM_RDONLY void *src, CONST_SIZE_OR_ZERO __u32 len, ANYTHING __u64 flags | all
203 dynptr_data | PTR_TO_DYNPTR_MEM_OR_NULL void * | PTR_TO_DYNPTR const struct bpf_dynptr *ptr, ANYTHING __u32 offset, CONST_ALLOC_SIZE_OR_ZERO __u32 len | all
204 tcp_raw_gen_syncookie_ipv4 | INTEGER __s64 | PTR_TO_FIXED_SIZE_MEM_RDONLY:20 struct iphdr *iph, PTR_TO_MEM_RDONLY struct tcphdr *th, CONST_SIZE_OR_ZERO __u32 th_len | @tc xdp | gpl packetAccess
205 tcp_raw_gen_syncookie_ipv6 | INTEGER __s64 | PTR_TO_FIXED_SIZE_MEM_RDONLY:40 struct ipv6hdr *iph, PTR_TO_MEM_RDONLY struct tcphdr *th, CONST_SIZE_OR_ZERO __u32 th_len | @tc xdp | gpl packetAccess
206 tcp_raw_check_syncookie_ipv4 | INTEGER long | PTR_TO_FIXED_SIZE_MEM_RDONLY:20 struct iphdr *iph, PTR_TO_FIXED_SIZE_MEM_RDONLY:20 struct tcphdr *th | @tc xdp | gpl packetAccess
207 tcp_raw_check_syncookie_ipv6 | INTEGER long | PTR_TO_FIXED_SIZE_MEM_RDONLY:40 struct ipv6hdr *iph, PTR_TO_FIXED_SIZE_MEM_RDONLY:20 struct tcphdr *th | @tc xdp | gpl packetAccess
208 ktime_get_tai_ns | INTEGER __u64 | - | all
209 user_ringbuf_drain | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_FUNC void *callback_fn, PTR_TO_STACK_OR_NULL void *ctx, ANYTHING __u64 flags | all
210 cgrp_storage_get | PTR_TO_MAP_VALUE_OR_NULL void * | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:cgroup struct cgroup *cgroup, PTR_TO_MAP_VALUE_OR_NULL void *value, ANYTHING __u64 flags | all
211 cgrp_storage_delete | INTEGER long | CONST_MAP_PTR void *map, PTR_TO_BTF_ID_OR_NULL:cgroup struct cgroup *cgroup | all
`;
