// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: what can be asked everywhere: which process it is.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int where(void *ctx)
{
	return bpf_get_current_pid_tgid() != 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
