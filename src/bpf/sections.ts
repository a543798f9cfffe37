// ELF section names: what libbpf makes of them. A name that ends in "+" stands for itself and for itself, a slash and more.

export interface SectionRow {
  readonly name: string;
  /** word of the program type (src/bpf/helpers.ts: PROGRAM_TYPE_NUMBERS) */
  readonly type: string;
  /** expected_attach_type (enum bpf_attach_type) that libbpf passes */
  readonly attachType: number;
  /** the program may sleep: BPF_F_SLEEPABLE */
  readonly sleepable: boolean;
  /** what stands behind the slash is a function, tracepoint or hook of the kernel, found by its BTF: this is put before its name */
  readonly target: string | null;
}

/** name, type, attach type; "s" may sleep; "=" and a prefix: attaches to something of the kernel's BTF */
const ROWS = `
socket socket 0
sk_reuseport/migrate sk_reuseport 40
sk_reuseport sk_reuseport 39
kprobe+ kprobe 0
uprobe+ kprobe 0
uprobe.s+ kprobe 0 s
kretprobe+ kprobe 0
uretprobe+ kprobe 0
uretprobe.s+ kprobe 0 s
kprobe.multi+ kprobe 42
kretprobe.multi+ kprobe 42
ksyscall+ kprobe 0
kretsyscall+ kprobe 0
usdt+ kprobe 0
tcx/ingress tc 46
tcx/egress tc 47
tc/ingress tc 46
tc/egress tc 47
tc tc 0
classifier tc 0
action tc_action 0
netkit/primary tc 54
netkit/peer tc 55
tracepoint+ tracepoint 0
tp+ tracepoint 0
raw_tracepoint+ raw_tp 0
raw_tp+ raw_tp 0
raw_tracepoint.w+ raw_tp_writable 0
raw_tp.w+ raw_tp_writable 0
tp_btf+ tracing 23 =btf_trace_
fentry+ tracing 24 =
fmod_ret+ tracing 26 =
fexit+ tracing 25 =
fentry.s+ tracing 24 s=
fmod_ret.s+ tracing 26 s=
fexit.s+ tracing 25 s=
freplace+ ext 0
lsm+ lsm 27 =bpf_lsm_
lsm.s+ lsm 27 s=bpf_lsm_
lsm_cgroup+ lsm 43 =bpf_lsm_
iter+ tracing 28 =bpf_iter_
iter.s+ tracing 28 s=bpf_iter_
syscall syscall 0 s
xdp.frags/devmap xdp 33
xdp/devmap xdp 33
xdp.frags/cpumap xdp 35
xdp/cpumap xdp 35
xdp.frags xdp 37
xdp xdp 37
perf_event perf_event 0
lwt_in lwt_in 0
lwt_out lwt_out 0
lwt_xmit lwt_xmit 0
lwt_seg6local lwt_seg6local 0
sockops sock_ops 3
sk_skb/stream_parser sk_skb 4
sk_skb/stream_verdict sk_skb 5
sk_skb/verdict sk_skb 38
sk_skb sk_skb 0
sk_msg sk_msg 7
lirc_mode2 lirc 16
flow_dissector flow_dissector 17
cgroup_skb/ingress cgroup_skb 0
cgroup_skb/egress cgroup_skb 1
cgroup/skb cgroup_skb 0
cgroup/sock_create cgroup_sock 2
cgroup/sock_release cgroup_sock 34
cgroup/sock cgroup_sock 2
cgroup/post_bind4 cgroup_sock 12
cgroup/post_bind6 cgroup_sock 13
cgroup/bind4 cgroup_sock_addr 8
cgroup/bind6 cgroup_sock_addr 9
cgroup/connect4 cgroup_sock_addr 10
cgroup/connect6 cgroup_sock_addr 11
cgroup/sendmsg4 cgroup_sock_addr 14
cgroup/sendmsg6 cgroup_sock_addr 15
cgroup/recvmsg4 cgroup_sock_addr 19
cgroup/recvmsg6 cgroup_sock_addr 20
cgroup/getpeername4 cgroup_sock_addr 29
cgroup/getpeername6 cgroup_sock_addr 30
cgroup/getsockname4 cgroup_sock_addr 31
cgroup/getsockname6 cgroup_sock_addr 32
cgroup/sysctl cgroup_sysctl 18
cgroup/getsockopt cgroup_sockopt 21
cgroup/setsockopt cgroup_sockopt 22
cgroup/dev cgroup_device 6
struct_ops+ struct_ops 0
struct_ops.s+ struct_ops 0 s
sk_lookup sk_lookup 36
netfilter netfilter 45
`;

export const SECTIONS: readonly SectionRow[] = ROWS.trim()
  .split('\n')
  .map((line) => {
    const [name = '', type = '', attachType = '0', marks = ''] = line.split(' ');
    const target = marks.includes('=') ? marks.slice(marks.indexOf('=') + 1) : null;
    return { name, type, attachType: Number(attachType), sleepable: marks.startsWith('s'), target };
  });

/** What libbpf makes of a section's name; a leading "?" (not loaded by itself) is none of it. */
export function sectionOf(name: string): SectionRow | null {
  const plain = name.startsWith('?') ? name.slice(1) : name;
  const matches = (row: SectionRow): boolean => {
    if (!row.name.endsWith('+')) return plain === row.name;
    const stem = row.name.slice(0, -1);
    return plain === stem || plain.startsWith(`${stem}/`);
  };
  return SECTIONS.find(matches) ?? null;
}
