// vmlinux.h: types of the kernel itself, as far as programs here look into them. CO-RE finds the fields where the running
// kernel has them, so only names and types matter. Also linux/ptrace.h, which shares struct pt_regs.
import { BPF_TYPES } from './bpf.ts';
import { NETWORK_HEADERS } from './network.ts';
import { TYPE_HEADERS } from './types.ts';

/** Types without macros and includes, as BTF has them. */
function typesOnly(text: string | undefined): string {
  return (text ?? '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

const BASIC = `typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef _Bool bool;
enum { false = 0, true = 1 };
typedef __kernel_size_t size_t;
typedef __kernel_ssize_t ssize_t;
typedef __kernel_loff_t loff_t;
typedef int pid_t;
typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef __u32 dev_t;
typedef __u64 sector_t;
typedef __s64 ktime_t;
typedef __kernel_uid32_t uid_t;
typedef __kernel_gid32_t gid_t;
typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { uid_t val; } kuid_t;
typedef struct { gid_t val; } kgid_t;
typedef struct { __u32 val[2]; } kernel_cap_t_;
typedef struct { u64 val; } kernel_cap_t;
struct refcount_struct { atomic_t refs; };
typedef struct refcount_struct refcount_t;
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct callback_head { struct callback_head *next; void (*func)(struct callback_head *head); };
typedef struct { struct net *net; } possible_net_t;
typedef unsigned int sk_buff_data_t;
`;

const PT_REGS_KERNEL = `struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
`;

const TASKS = `struct ns_common { unsigned int inum; };
struct uts_namespace { struct ns_common ns; };
struct ipc_namespace { struct ns_common ns; };
struct mnt_namespace { struct ns_common ns; };
struct pid_namespace { unsigned int level; struct ns_common ns; struct pid_namespace *parent; };
struct net { struct ns_common ns; u64 net_cookie; };
struct cgroup_namespace { struct ns_common ns; };
struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct cgroup_namespace *cgroup_ns;
};
struct upid { int nr; struct pid_namespace *ns; };
struct pid { refcount_t count; unsigned int level; struct upid numbers[0]; };
struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
};
struct qstr {
	union {
		struct { u32 hash, len; };
		u64 hash_len;
	};
	const unsigned char *name;
};
struct super_block { dev_t s_dev; unsigned long s_magic; };
struct inode {
	umode_t i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	loff_t i_size;
};
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	unsigned char d_iname[40];
};
struct vfsmount { struct dentry *mnt_root; struct super_block *mnt_sb; int mnt_flags; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file {
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
	loff_t f_pos;
	const struct cred *f_cred;
	void *private_data;
};
struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end, start_code, end_code, start_stack;
	struct file *exe_file;
};
struct kernfs_node { struct kernfs_node *parent; const char *name; u64 id; };
struct cgroup { int level; struct kernfs_node *kn; };
struct css_set { struct cgroup *dfl_cgrp; };
struct signal_struct { atomic_t live; int nr_threads; struct pid *pids[4]; };
struct task_struct {
	unsigned int __state, flags;
	int on_cpu, prio, static_prio, normal_prio;
	unsigned int policy;
	int exit_state, exit_code, exit_signal;
	pid_t pid, tgid;
	struct task_struct *real_parent, *parent, *group_leader;
	struct list_head children, sibling, tasks;
	struct pid *thread_pid;
	u64 utime, stime, start_time, start_boottime;
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	const struct cred *real_cred, *cred;
	char comm[16];
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct mm_struct *mm, *active_mm;
	void *stack;
	u64 loginuid_value;
};
struct linux_binprm {
	struct file *executable, *interpreter, *file;
	struct cred *cred;
	int argc, envc;
	const char *filename, *interp;
};
struct kiocb { struct file *ki_filp; loff_t ki_pos; int ki_flags; };
struct user_namespace { int level; struct ns_common ns; };
`;

const NETWORKING = `struct net_device {
	char name[16];
	int ifindex;
	unsigned int mtu, flags;
	unsigned char addr_len;
	possible_net_t nd_net;
};
struct sock_common {
	union {
		u64 skc_addrpair;
		struct { __be32 skc_daddr, skc_rcv_saddr; };
	};
	union {
		__u32 skc_portpair;
		struct { __be16 skc_dport; __u16 skc_num; };
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_type, sk_protocol;
	kuid_t sk_uid;
	int sk_err, sk_rcvbuf, sk_sndbuf;
	__u32 sk_mark;
	struct socket *sk_socket;
};
struct socket { int state; short type; unsigned long flags; struct file *file; struct sock *sk; };
struct inet_sock { struct sock sk; __be32 inet_saddr; __be16 inet_sport; __u16 inet_id; };
struct tcp_sock { struct inet_sock inet; u32 srtt_us, snd_cwnd, bytes_acked_low, total_retrans; u64 bytes_received, bytes_acked; };
struct sk_buff {
	struct sk_buff *next, *prev;
	struct net_device *dev;
	struct sock *sk;
	ktime_t tstamp;
	char cb[48];
	unsigned int len, data_len;
	__u16 mac_len, hdr_len;
	__u32 priority, hash, mark;
	int skb_iif;
	__be16 protocol;
	__u16 transport_header, network_header, mac_header;
	sk_buff_data_t tail, end;
	unsigned char *head, *data;
	unsigned int truesize;
};
struct sockaddr { unsigned short sa_family; char sa_data[14]; };
struct request_sock;
`;

const TRACEPOINTS = `struct trace_entry { unsigned short type; unsigned char flags, preempt_count; int pid; };
struct trace_event_raw_sys_enter { struct trace_entry ent; long id; unsigned long args[6]; char __data[0]; };
struct trace_event_raw_sys_exit { struct trace_entry ent; long id, ret; char __data[0]; };
struct trace_event_raw_sched_process_exec { struct trace_entry ent; u32 __data_loc_filename; pid_t pid, old_pid; char __data[0]; };
struct trace_event_raw_sched_process_fork {
	struct trace_entry ent;
	char parent_comm[16];
	pid_t parent_pid;
	char child_comm[16];
	pid_t child_pid;
	char __data[0];
};
struct trace_event_raw_sched_process_template { struct trace_entry ent; char comm[16]; pid_t pid; int prio; char __data[0]; };
struct trace_event_raw_sched_switch {
	struct trace_entry ent;
	char prev_comm[16];
	pid_t prev_pid;
	int prev_prio;
	long prev_state;
	char next_comm[16];
	pid_t next_pid;
	int next_prio;
	char __data[0];
};
struct trace_event_raw_inet_sock_set_state {
	struct trace_entry ent;
	const void *skaddr;
	int oldstate, newstate;
	__u16 sport, dport, family, protocol;
	__u8 saddr[4], daddr[4], saddr_v6[16], daddr_v6[16];
	char __data[0];
};
struct bpf_raw_tp_null_args;
struct bpf_iter_meta { struct seq_file *seq; u64 session_id, seq_num; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
struct bpf_map { u32 map_type, key_size, value_size, max_entries, map_flags, id; char name[16]; };
struct bpf_perf_event_data { struct pt_regs regs; __u64 sample_period, addr; };
`;

const VMLINUX = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__
#define _LINUX_TYPES_H
#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif
${typesOnly(TYPE_HEADERS['linux/types.h'])}
${BASIC}${BPF_TYPES}${['if_ether', 'ip', 'in6', 'ipv6', 'in', 'tcp', 'udp', 'icmp', 'icmpv6', 'if_arp', 'if_vlan'].map((name) => typesOnly(NETWORK_HEADERS[`linux/${name}.h`])).join('\n')}
${PT_REGS_KERNEL}${TASKS}${NETWORKING}${TRACEPOINTS}#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif
#endif
`;

const PTRACE = `#ifndef _LINUX_PTRACE_H
#define _LINUX_PTRACE_H
#include <linux/types.h>
struct pt_regs {
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
};
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
#endif
`;

export const VMLINUX_HEADERS: Readonly<Record<string, string>> = {
  'vmlinux.h': VMLINUX,
  'linux/ptrace.h': PTRACE,
  'asm/ptrace.h': '#include <linux/ptrace.h>\n',
  'linux/bpf_perf_event.h': `#ifndef _LINUX_BPF_PERF_EVENT_H
#define _LINUX_BPF_PERF_EVENT_H
#include <linux/ptrace.h>
struct bpf_perf_event_data { struct pt_regs regs; __u64 sample_period, addr; };
#endif
`,
};
