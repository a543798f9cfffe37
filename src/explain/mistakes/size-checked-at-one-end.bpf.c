// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_write")
int copy(void *ctx)
{
	char text[32] = {};
	int length = 0;

	bpf_probe_read_kernel(&length, sizeof(length), ctx + 32); // written
	if (length > 32) // from-stack, checked
		return 0;
	bpf_probe_read_kernel(text, length, ctx); // refused: V305
	return text[0];
}

char LICENSE[] SEC("license") = "GPL";
