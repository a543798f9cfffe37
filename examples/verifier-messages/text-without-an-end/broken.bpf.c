// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: eight letters in an array of eight: the zero at the end has no room.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const char wanted[8] = "systemd!";

SEC("tracepoint/syscalls/sys_enter_execve")
int is_systemd(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return bpf_strncmp(name, sizeof(name), wanted) == 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
