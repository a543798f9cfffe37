// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the caller owns the array, and the function fills it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int fill(char *where)
{
	return bpf_get_current_comm(where, 16);
}

SEC("tracepoint/syscalls/sys_enter_execve")
int name_of(void *ctx)
{
	char name[16] = {};

	fill(name);
	return name[0] != 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
