// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: when the byte is not there, this instruction ends the program with 0; so the function it
// stands in must return an int.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline void first_byte(struct __sk_buff *skb)
{
	/* r0 = the packet's byte 0: BPF_LD | BPF_ABS | BPF_B */
	asm volatile("r6 = %[skb]; .8byte 0x30;" : : [skb] "r"(skb) : "r0", "r1", "r2", "r3", "r4", "r5", "r6");
}

SEC("socket")
int look(struct __sk_buff *skb)
{
	first_byte(skb);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
