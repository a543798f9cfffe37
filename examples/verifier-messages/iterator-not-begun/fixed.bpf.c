// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: bpf_iter_num_new() before it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int count(struct xdp_md *ctx)
{
	struct bpf_iter_num numbers;
	int *number, total = 0;

	bpf_iter_num_new(&numbers, 0, 10);
	while ((number = bpf_iter_num_next(&numbers)))
		total += *number;
	bpf_iter_num_destroy(&numbers);
	return total == 45 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
