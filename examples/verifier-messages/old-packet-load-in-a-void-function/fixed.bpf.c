// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: int.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline __attribute__((naked)) int first_byte(struct __sk_buff *skb)
{
	asm volatile("r6 = r1;");
	/* r0 = the packet's byte 0: BPF_LD | BPF_ABS | BPF_B */
	asm volatile(".8byte 0x30; exit;");
}

SEC("socket")
int look(struct __sk_buff *skb)
{
	first_byte(skb);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
