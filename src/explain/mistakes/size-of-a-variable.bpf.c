// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_write")
int copy(void *ctx)
{
	char text[32] = {};
	__u64 length = 0;

	bpf_probe_read_kernel(&length, sizeof(length), ctx + 32); // written
	bpf_probe_read_kernel(text, length, ctx); // from-stack; refused: V304
	return text[0];
}

char LICENSE[] SEC("license") = "GPL";
