// SPDX-License-Identifier: GPL-2.0-only OR MIT
// One program of most tracing kinds: kprobes, fentry, LSM, BTF tracepoints, iterators, callbacks, kconfig and kernel symbols.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
#define AF_INET 2
#define AF_INET6 10

struct ipv4_key {
	u32 saddr, daddr;
	u16 dport;
	u16 pad;
};
union addr {
	u32 v4;
	u8 v6[16];
};

struct ev {
	union addr s, d;
	u64 ts_us;
	char task[16];
	u32 af, pid, uid;
	u16 dport, sport;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, struct sock *);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} rb SEC(".maps");

struct hist {
	u32 slots[27];
} hists SEC(".bss");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct ipv4_key);
	__type(value, u64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} cnt SEC(".maps");

static __always_inline u64 log2l(u64 v) {
	u32 hi = v >> 32;
	u32 r, s;
	r = (hi > 0xffff) << 4;
	hi >>= r;
	s = (hi > 0xff) << 3;
	hi >>= s;
	r |= s;
	return hi ? r + 32 : r;
}

static int trace_connect(struct sock *sk) {
	u32 tid = bpf_get_current_pid_tgid();
	bpf_map_update_elem(&sockets, &tid, &sk, 0);
	return 0;
}

SEC("kprobe/tcp_v4_connect") int BPF_KPROBE(tcp_v4_connect, struct sock *sk) {
	return trace_connect(sk);
}

SEC("kretprobe/tcp_v4_connect") int BPF_KRETPROBE(tcp_v4_connect_ret, int ret) {
	u32 tid = (u32)bpf_get_current_pid_tgid();
	struct sock **skpp = bpf_map_lookup_elem(&sockets, &tid);
	struct sock *sk;
	struct ev *e;
	static struct ipv4_key zero;
	struct ipv4_key key = { .pad = 0 };
	u64 *val, one = 1;
	if (!skpp) return 0;
	sk = *skpp;
	e = bpf_ringbuf_reserve(&rb, sizeof *e, 0);
	if (!e) goto end;
	e->af = AF_INET;
	BPF_CORE_READ_INTO(&e->s.v4, sk, __sk_common.skc_rcv_saddr);
	BPF_CORE_READ_INTO(&e->d.v4, sk, __sk_common.skc_daddr);
	e->dport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	e->ts_us = bpf_ktime_get_ns() / 1000;
	e->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(e->task, sizeof(e->task));
	key.saddr = e->s.v4;
	val = bpf_map_lookup_elem(&cnt, &key);
	if (val) __atomic_add_fetch(val, 1, __ATOMIC_RELAXED);
	else bpf_map_update_elem(&cnt, &key, &one, BPF_ANY);
	__sync_fetch_and_add(&hists.slots[log2l(e->ts_us) & 15], 1);
	bpf_ringbuf_submit(e, 0);
	if (key.saddr == zero.saddr) bpf_printk("%d", 1);
	end: bpf_map_delete_elem(&sockets, &tid);
	return 0;
}

SEC("fentry/tcp_close") int BPF_PROG(fentry_tcp_close, struct sock *sk, long timeout) {
	bpf_printk("close %p %ld", sk, timeout);
	return 0;
}

SEC("fexit/vfs_read") int BPF_PROG(vfs_read_exit, struct file *file, char *buf, size_t count, loff_t *pos, ssize_t ret) {
	if (ret < 0) return 0;
	bpf_printk("read %lu of %lu mode %x flag %d", ret, count, file->f_inode->i_mode, file->f_flags);
	return 0;
}

SEC("lsm/file_open") int BPF_PROG(file_open, struct file *file) {
	kuid_t uid = BPF_CORE_READ(file, f_inode, i_uid);
	return uid.val == 1000 ? -1 : 0;
}

SEC("tp_btf/sched_switch") int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next) {
	if (preempt) return 0;
	return prev->pid == next->pid;
}

SEC("raw_tp/sched_wakeup") int handle(struct bpf_raw_tracepoint_args *ctx) {
	struct task_struct *p = (void *)ctx->args[0];
	int st;
	if (bpf_core_field_exists(p->__state)) st = BPF_CORE_READ(p, __state);
	else st = 0;
	bpf_printk("x%d", st);
	return bpf_core_type_size(struct task_struct) + bpf_core_enum_value(enum bpf_map_type, BPF_MAP_TYPE_HASH) + bpf_core_field_offset(struct task_struct, pid);
}

static long cb(u32 i, void *ctx) {
	*(u32 *)ctx += i;
	return 0;
}

static int mapcb(struct bpf_map *map, u32 *key, u64 *v, void *ctx) {
	return 0;
}

SEC("iter/task") int dump_task(struct bpf_iter__task *ctx) {
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *t = ctx->task;
	u32 sum = 0;
	if (!t) return 0;
	bpf_loop(10, cb, &sum, 0);
	bpf_for_each_map_elem(&cnt, mapcb, 0, 0);
	BPF_SEQ_PRINTF(seq, "%d %s\n", t->tgid, t->comm);
	char b[16];
	BPF_SNPRINTF(b, sizeof(b), "%d %d %d %d", 1, 2, 3, 4);
	bpf_printk("%d %d %d %d %d", 1, 2, 3, 4, 5);
	return 0;
}
extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF __kconfig __weak;
extern const int foo __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;

SEC("perf_event") int pe(struct bpf_perf_event_data *ctx) {
	bpf_rcu_read_lock();
	return PT_REGS_IP(&ctx->regs) + LINUX_KERNEL_VERSION + CONFIG_BPF;
}
char LICENSE[] SEC("license") = "Dual BSD/GPL";
int _version SEC("version") = 1;
