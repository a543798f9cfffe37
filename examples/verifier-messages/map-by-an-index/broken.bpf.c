// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the map is named by its place in an array of file descriptors, and the loader passed no
// array.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r1 = map number 0 of the array */
	asm volatile(".8byte 0x5118; .8byte 0x0;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
