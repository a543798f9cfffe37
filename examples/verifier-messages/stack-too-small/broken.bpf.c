// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the helper is told of 32 bytes, and the array has 16.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int name_of(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, 32); // refused here
	bpf_printk("%s", name);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
