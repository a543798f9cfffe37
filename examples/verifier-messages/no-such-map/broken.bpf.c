// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: where a map was to be named stands a number that belongs to no open map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int raw(void)
{
	asm volatile("r0 = 2;");
	/* r1 = the map with file descriptor 1000 */
	asm volatile(".8byte 0x3e800001118; .8byte 0x0;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
