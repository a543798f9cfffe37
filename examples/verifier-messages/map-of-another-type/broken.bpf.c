// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: this helper is made for perf event arrays, and the map is a ring buffer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int report(struct xdp_md *ctx)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &now, sizeof(now)); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
