// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: an address that the kernel gave as a number is followed like a pointer.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_unlinkat")
int unlink(struct pt_regs *ctx)
{
	char *name = (char *)ctx->rsi;

	return name[0]; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
