// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: eBPF has eleven registers, r0 to r10.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r11 = 2 */
	asm volatile(".8byte 0x200000bb7;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
