// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: where the text begins is decided when the program runs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const char wanted[8] = "ab\0ac\0";

SEC("tc")
int compare(struct __sk_buff *skb)
{
	char name[4] = "ac";
	__u32 at = skb->queue_mapping & 3;

	return bpf_strncmp(name, sizeof(name), wanted + at) == 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
