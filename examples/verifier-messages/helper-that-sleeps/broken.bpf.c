// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: this helper may wait for a page to come from disk, and a kprobe may not wait.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_unlinkat")
int unlink(struct pt_regs *ctx)
{
	char name[16] = {};

	bpf_copy_from_user(name, sizeof(name), (void *)ctx->rsi); // refused here
	return name[0];
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
