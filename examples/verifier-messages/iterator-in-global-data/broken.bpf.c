// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the iterator is a global variable; the verifier can only follow one on the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_iter_num numbers;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	int *number, total = 0;

	bpf_iter_num_new(&numbers, 0, 10); // refused here
	while ((number = bpf_iter_num_next(&numbers)))
		total += *number;
	bpf_iter_num_destroy(&numbers);
	return total == 45 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
