// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the text to compare with is a variable that the program could change.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char wanted[] = "bash";

SEC("tracepoint/syscalls/sys_enter_execve")
int is_bash(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return bpf_strncmp(name, sizeof(name), wanted) == 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
