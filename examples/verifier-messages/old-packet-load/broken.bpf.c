// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: these instructions of the old packet filter read an sk_buff, which XDP does not have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
__attribute__((naked)) int first_byte(void)
{
	asm volatile("r6 = r1;");
	/* r0 = the packet's byte 0: BPF_LD | BPF_ABS | BPF_B */
	asm volatile(".8byte 0x30;"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
