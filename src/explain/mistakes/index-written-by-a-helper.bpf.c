// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct table {
	__u64 packets[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int count(void *ctx)
{
	__u32 key = 0, number = 0;
	struct table *table = bpf_map_lookup_elem(&tables, &key);

	if (!table)
		return 0;
	bpf_probe_read_kernel(&number, sizeof(number), ctx + 16); // written
	table->packets[number] += 1; // from-stack, computed; refused: V106
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
