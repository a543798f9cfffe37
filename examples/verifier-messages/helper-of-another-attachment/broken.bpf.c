// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a tracepoint stands at no function whose address could be asked for.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int where(void *ctx)
{
	return bpf_get_func_ip(ctx) != 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
