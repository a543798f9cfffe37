// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: sizeof says how many there are.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int name_of(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	bpf_printk("%s", name);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
