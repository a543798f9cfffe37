// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a move has no offset but 8, 16 and 32, which extend a sign.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r0 = 2, offset 5 */
	asm volatile(".8byte 0x2000500b7;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
