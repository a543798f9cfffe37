// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the function leaves the address of its own local array behind in its caller.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int fill(char **where)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	*where = name; // refused here
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int name_of(void *ctx)
{
	char *name = 0;

	fill(&name);
	return name != 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
