// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: nothing in this loop changes what it waits for.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int wait(struct xdp_md *ctx)
{
	volatile int ready = 0;

	while (!ready) // refused here
		;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
