// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: without a size, the compiler makes room for it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const char wanted[] = "systemd!";

SEC("tracepoint/syscalls/sys_enter_execve")
int is_systemd(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return bpf_strncmp(name, sizeof(name), wanted) == 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
