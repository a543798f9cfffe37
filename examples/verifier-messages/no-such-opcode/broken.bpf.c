// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: no instruction has this opcode.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* opcode 0x8f */
	asm volatile(".8byte 0x8f;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
