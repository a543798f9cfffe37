// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int ttl(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data; // from-packet
	__u8 *data_end = (void *)(long)ctx->data_end;

	if (data + 14 > data_end) // checked
		return XDP_PASS;
	return data[22] < 2 ? XDP_DROP : XDP_PASS; // refused: V101
}

char LICENSE[] SEC("license") = "GPL";
