// SPDX-License-Identifier: GPL-2.0-only OR MIT
// A sampling profiler: whenever a processor's clock ticks, it notes what the kernel is doing just then, and counts how often it was that.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define FRAMES 64

/* call stacks by number: addresses in the functions that were under way, the innermost first */
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, FRAMES * sizeof(__u64));
} stacks SEC(".maps");

/* how often each of them was seen */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __s32);
	__type(value, __u64);
} samples SEC(".maps");

SEC("perf_event")
int sample(void *ctx)
{
	__s32 stack = bpf_get_stackid(ctx, &stacks, 0);
	__u64 first = 1, *count;

	/* the kernel was not at work, or another stack has this number already */
	if (stack < 0)
		return 0;
	count = bpf_map_lookup_elem(&samples, &stack);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&samples, &stack, &first, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
