// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the function returns the address of its own local array, which ends with the call.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline char *name(void)
{
	char text[16];
	char *where = text;

	bpf_get_current_comm(text, sizeof(text));
	asm volatile("" : "+r"(where));
	return where; // refused here
}

SEC("tracepoint/syscalls/sys_enter_execve")
int first_letter(void *ctx)
{
	return *name();
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
