// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the caller owns the array.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int name(char *text)
{
	return bpf_get_current_comm(text, 16);
}

SEC("tracepoint/syscalls/sys_enter_execve")
int first_letter(void *ctx)
{
	char text[16] = {};

	name(text);
	return text[0];
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
