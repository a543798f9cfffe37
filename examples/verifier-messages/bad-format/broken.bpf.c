// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a lone % at the end begins a conversion and never says which.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int say(void *ctx)
{
	static const char format[] = "cpu %d: 100 %";
	__u64 cpu = bpf_get_smp_processor_id();
	char text[32];

	bpf_snprintf(text, sizeof(text), format, &cpu, sizeof(cpu)); // refused here
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
