// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a load-acquire orders memory that programs share; the context is not such memory.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = load_acquire((u32 *)(r1 + 16)) */
	asm volatile(".8byte 0x100001010c3;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
