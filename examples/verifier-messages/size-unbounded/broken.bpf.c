// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: nothing limits how many bytes the helper is to write.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} lengths SEC(".maps");

SEC("kprobe/do_unlinkat")
int copy(void *ctx)
{
	char text[64] = {};
	__u32 key = 0, *length = bpf_map_lookup_elem(&lengths, &key);

	if (!length)
		return 0;
	bpf_probe_read_kernel(text, *length, ctx); // refused here
	return text[0];
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
