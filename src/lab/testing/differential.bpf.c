// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Programs that look at everything that they may see of a packet and change what they may change: what they return, the packet that comes
// out and its metadata must be the same in the simulator and on Linux (packets.test.ts).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define MIX(value) h = (h ^ (__u32)(value)) * 16777619u

SEC("xdp")
int xdp_look(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 h = 2166136261u;

	MIX(end - data);
	MIX(ctx->ingress_ifindex);
	MIX(ctx->rx_queue_index);
	MIX((void *)(long)ctx->data - (void *)(long)ctx->data_meta);
	for (int i = 0; i < 128; i++) {
		if (data + i + 1 > end)
			break;
		MIX(data[i]);
	}
	return h;
}

/* tags and headers one after the other, as programs of this kind do */
SEC("xdp")
int xdp_parse(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u16 proto;
	__u32 off = sizeof(*eth);

	if (data + off > end)
		return XDP_ABORTED;
	proto = eth->h_proto;
	for (int i = 0; i < 3; i++) {
		__u16 *tag = data + off;

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 2) > end)
			return XDP_ABORTED;
		proto = tag[1];
		off += 4;
	}
	if (proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = data + off;

		if ((void *)(ip + 1) > end)
			return XDP_DROP;
		if (ip->version != 4 || ip->ihl < 5 || bpf_ntohs(ip->tot_len) > end - (void *)ip)
			return XDP_DROP;
		if (ip->frag_off & bpf_htons(0x3fff))
			return XDP_PASS;
		__u8 *l4 = (void *)ip + ip->ihl * 4;

		if (l4 + 4 > (__u8 *)end)
			return XDP_DROP;
		if (ip->protocol == 17)
			return XDP_TX;
		return XDP_PASS;
	}
	if (proto == bpf_htons(ETH_P_IPV6)) {
		__u8 *ip6 = data + off;
		__u8 next;

		if ((void *)(ip6 + 40) > end)
			return XDP_DROP;
		next = ip6[6];
		ip6 += 40;
		for (int i = 0; i < 4; i++) {
			if (next != 0 && next != 43 && next != 60)
				break;
			if ((void *)(ip6 + 8) > end)
				return XDP_DROP;
			next = ip6[0];
			ip6 += (ip6[1] + 1) * 8;
		}
		return next == 58 ? XDP_TX : next == 44 ? XDP_DROP : XDP_PASS;
	}
	return XDP_PASS;
}

/* grows and shrinks at both ends, with metadata in front */
SEC("xdp")
int xdp_change(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u8 *first = data;
	int delta, error;

	if (data + 15 > end)
		return XDP_ABORTED;
	delta = (int)(first[14] & 63) - 32;
	error = bpf_xdp_adjust_head(ctx, delta) ? 1 : 0;
	error |= bpf_xdp_adjust_tail(ctx, delta * 2) ? 2 : 0;
	error |= bpf_xdp_adjust_meta(ctx, -(delta & 28)) ? 4 : 0;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + 14 > end)
		return 100 + error;
	for (int i = 0; i < 14; i++)
		((__u8 *)data)[i] = i + error;
	void *meta = (void *)(long)ctx->data_meta;

	if (meta + 4 <= data)
		*(__u32 *)meta = 0xdeadbeef;
	return 16 + error;
}

static __always_inline __u32 look(struct __sk_buff *skb)
{
	__u32 h = 2166136261u;

	MIX(skb->len);
	MIX(skb->pkt_type);
	MIX(skb->mark);
	MIX(skb->queue_mapping);
	MIX(skb->protocol);
	MIX(skb->vlan_present);
	MIX(skb->vlan_tci);
	MIX(skb->vlan_proto);
	MIX(skb->priority);
	MIX(skb->ingress_ifindex);
	MIX(skb->ifindex);
	MIX(skb->tc_index);
	MIX(skb->cb[0]);
	MIX(skb->cb[4]);
	MIX(skb->hash);
	MIX(skb->napi_id);
	MIX(skb->gso_segs);
	MIX(skb->gso_size);
	return h;
}

SEC("tc")
int tc_look(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 h = look(skb);

	MIX(skb->tc_classid);
	MIX(skb->wire_len);
	MIX(skb->tstamp);
	MIX((void *)(long)skb->data - (void *)(long)skb->data_meta);
	MIX(end - data);
	for (int i = 0; i < 128; i++) {
		if (data + i + 1 > end)
			break;
		MIX(data[i]);
	}
	return h;
}

/* tags come and go, the tail moves, checksums follow */
SEC("tc")
int tc_change(struct __sk_buff *skb)
{
	__u8 byte = 0, ttl = 9;
	__u32 h = 2166136261u;

	bpf_skb_load_bytes(skb, 14, &byte, 1);
	if (byte & 1)
		MIX(bpf_skb_vlan_push(skb, byte & 2 ? bpf_htons(ETH_P_8021AD) : bpf_htons(ETH_P_8021Q), byte));
	if (byte & 4)
		MIX(bpf_skb_vlan_pop(skb));
	if (byte & 8)
		MIX(bpf_skb_change_tail(skb, skb->len + 20 - byte, 0));
	if (byte & 16)
		MIX(bpf_skb_change_head(skb, byte, 0));
	if (byte & 32)
		MIX(bpf_l3_csum_replace(skb, 24, 0x40, 9, 2));
	if (byte & 64)
		MIX(bpf_skb_store_bytes(skb, 22, &ttl, 1, BPF_F_RECOMPUTE_CSUM));
	MIX(bpf_skb_pull_data(skb, 40));
	skb->mark = byte;
	skb->priority = h;
	skb->cb[0] = 7;
	skb->cb[3] = skb->vlan_tci;
	skb->tc_index = 3;
	return look(skb) ^ h;
}

SEC("cgroup_skb/ingress")
int cgroup_look(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 h = look(skb);

	MIX(skb->family);
	MIX(skb->remote_ip4);
	MIX(skb->local_ip4);
	MIX(skb->remote_ip6[0]);
	MIX(skb->remote_ip6[3]);
	MIX(skb->local_ip6[0]);
	MIX(skb->local_ip6[3]);
	MIX(skb->remote_port);
	MIX(skb->local_port);
	MIX(skb->tstamp);
	for (int i = 0; i < 96; i++) {
		if (data + i + 1 > end)
			break;
		MIX(data[i]);
	}
	skb->mark = h;
	skb->cb[1] = end - data;
	return h & 1;
}

SEC("cgroup_skb/egress")
int cgroup_way_out(struct __sk_buff *skb)
{
	__u32 h = look(skb);
	__u8 bytes[8] = {};

	MIX(bpf_skb_load_bytes(skb, 0, bytes, 8));
	MIX(bpf_skb_load_bytes_relative(skb, 8, bytes, 8, BPF_HDR_START_NET));
	for (int i = 0; i < 8; i++)
		MIX(bytes[i]);
	skb->priority = h;
	return (h >> 3) & 1;
}

SEC("socket")
int socket_look(struct __sk_buff *skb)
{
	__u32 h = look(skb);
	__u8 bytes[16] = {};

	MIX(bpf_skb_load_bytes(skb, 0, bytes, 16));
	for (int i = 0; i < 16; i++)
		MIX(bytes[i]);
	MIX(bpf_skb_load_bytes(skb, 40, bytes, 16));
	MIX(bpf_skb_load_bytes_relative(skb, 0, bytes, 4, BPF_HDR_START_MAC));
	MIX(bpf_skb_load_bytes_relative(skb, 12, bytes, 8, BPF_HDR_START_NET));
	for (int i = 0; i < 16; i++)
		MIX(bytes[i]);
	skb->cb[2] = h;
	return h;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
