// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: a helper reads kernel memory, and says when it cannot.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_unlinkat")
int unlink(struct pt_regs *ctx)
{
	char *name = (char *)ctx->rsi;
	char first = 0;

	bpf_probe_read_kernel(&first, sizeof(first), name);
	return first;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
