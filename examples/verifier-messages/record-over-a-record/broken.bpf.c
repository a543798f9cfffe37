// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a second record is reserved into the variable of the first, which was not submitted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int record(struct xdp_md *ctx)
{
	struct bpf_dynptr event;

	bpf_ringbuf_reserve_dynptr(&events, 8, 0, &event);
	bpf_ringbuf_reserve_dynptr(&events, 8, 0, &event); // refused here
	bpf_ringbuf_submit_dynptr(&event, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
