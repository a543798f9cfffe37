// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task {
	int state;
};

SEC("tracepoint/syscalls/sys_enter_execve")
int state(void *ctx)
{
	struct task *task = (void *)bpf_get_current_task(); // from-call

	return task->state; // refused: V111
}

char LICENSE[] SEC("license") = "GPL";
