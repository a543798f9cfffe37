// SPDX-License-Identifier: GPL-2.0-only OR MIT
// tc and socket programs: headers of the wire, checksums, maps in maps, tail calls, timers, sockets.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct vlan_hdr2 {
	__be16 tci, proto;
};

struct hdr_cursor {
	void *pos;
};

struct flow {
	union {
		__be32 src;
		__be32 srcv6[4];
	};
	union {
		__be32 dst;
		__be32 dstv6[4];
	};
	__u16 port16[2];
	__u8 proto;
};
#define IP_CSUM_OFF (ETH_HLEN + offsetof(struct iphdr, check))
#define TOS_OFF (ETH_HLEN + offsetof(struct iphdr, tos))

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct flow);
	__type(value, __u32);
	__uint(max_entries, 1024);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} flows SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} inner1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
}
outer SEC(".maps") = { .values = { &inner1, 0 } };
int tail1(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int (void *));
}
progs SEC(".maps") = { .values = { [1] = (void *)&tail1 } };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct { __u32 len; __u32 ip; });
	__type(value, __u8);
	__uint(max_entries, 10);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} lpm SEC(".maps");

struct val {
	struct bpf_spin_lock lock;
	struct bpf_timer timer;
	int cnt;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct val);
} vals SEC(".maps");

static __always_inline int parse_eth(struct hdr_cursor *nh, void *end, struct ethhdr **eth) {
	struct ethhdr *e = nh->pos;
	int i;
	__u16 proto;
	if (nh->pos + sizeof(*e) > end) return -1;
	nh->pos += sizeof(*e);
	*eth = e;
	struct vlan_hdr2 *v = nh->pos;
	proto = e->h_proto;
#pragma unroll
	for (i = 0; i < 2; i++) {
		if (proto != bpf_htons(ETH_P_8021Q)) break;
		if ((void *)(v + 1) > end) break;
		proto = v->proto;
		v++;
	}
	nh->pos = v;
	return proto;
}

static __noinline __u32 jhash(const void *k, __u32 len, __u32 init) {
	const unsigned char *p = k;
	__u32 a = 0xdeadbeef + len + init;
	for (; len > 3; len -= 4, p += 4) {
		a += *(__u32 *)p;
		a ^= a << 13 | a >> 19;
	}
	switch (len) {
	case 3:
		a += p[2] << 16;
		__attribute__((fallthrough));
	case 2:
		a += p[1] << 8;
	case 1:
		a += p[0];
		break;
	case 0:
		return a;
	}
	return a;
}

static __always_inline __u16 csum_fold(__u64 c) {
	int i;
	for (i = 0; i < 4; i++) if (c >> 16) c = (c & 0xffff) + (c >> 16);
	return ~c;
}

SEC("tc") int tail1(struct __sk_buff *skb) {
	return TC_ACT_OK;
}

static int timer_cb(void *map, int *key, struct val *v) {
	v->cnt++;
	return 0;
}

SEC("classifier/ingress") int ingress(struct __sk_buff *skb) {
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct hdr_cursor nh = { .pos = data };
	struct ethhdr *eth;
	int proto = parse_eth(&nh, end, &eth);
	struct flow f = {};
	__u8 old = 0;
	int key = 0;
	struct val *v;
	switch (proto) {
	case bpf_htons(ETH_P_IP):
		{
			struct iphdr *ip = nh.pos;
			if (ip + 1 > (struct iphdr *)end || ip->ihl < 5) return TC_ACT_SHOT;
			f.src = ip->saddr;
			f.dst = ip->daddr;
			f.proto = ip->protocol;
			if (ip->frag_off & bpf_htons(0x1fff)) return TC_ACT_OK;
			nh.pos += ip->ihl * 4;
			break;
		}
	case bpf_htons(ETH_P_IPV6):
		{
			struct ipv6hdr *ip6 = nh.pos;
			if ((void *)(ip6 + 1) > end) return TC_ACT_SHOT;
			__builtin_memcpy(f.srcv6, ip6->saddr.s6_addr32, sizeof f.srcv6);
			f.proto = ip6->nexthdr;
			nh.pos = ip6 + 1;
			break;
		}
	default:
		return TC_ACT_UNSPEC;
	}
	if (f.proto == IPPROTO_TCP) {
		struct tcphdr *t = nh.pos;
		if ((void *)(t + 1) > end) return -1;
		f.port16[0] = t->source;
		f.port16[1] = t->dest;
		if (t->syn && !t->ack) bpf_printk("syn %d", bpf_ntohs(t->dest));
	} else if (f.proto == IPPROTO_UDP) {
		struct udphdr *u = nh.pos;
		if ((void *)(u + 1) > end) return -1;
		f.port16[0] = u->source;
	}
	__u32 h = jhash(&f, sizeof f, 7), *pv = bpf_map_lookup_elem(&flows, &f), init = h;
	if (!pv) bpf_map_update_elem(&flows, &f, &init, BPF_ANY);
	else *pv += 1;
	bpf_skb_load_bytes(skb, TOS_OFF, &old, 1);
	bpf_l3_csum_replace(skb, IP_CSUM_OFF, bpf_htons(old), bpf_htons(3), 2);
	bpf_skb_store_bytes(skb, TOS_OFF, &old, sizeof(old), 0);
	v = bpf_map_lookup_elem(&vals, &key);
	if (v) {
		bpf_spin_lock(&v->lock);
		v->cnt++;
		bpf_spin_unlock(&v->lock);
		bpf_timer_init(&v->timer, &vals, 1);
		bpf_timer_set_callback(&v->timer, timer_cb);
	}
	bpf_tail_call(skb, &progs, 1);
	bpf_tail_call_static(skb, &progs, 1);
	skb->cb[0] = csum_fold(h);
	return skb->protocol == bpf_htons(ETH_P_IP) ? bpf_redirect(1, 0) : TC_ACT_OK;
}

SEC("cgroup/connect4") int c4(struct bpf_sock_addr *ctx) {
	struct bpf_sock_tuple t = {};
	t.ipv4.daddr = ctx->user_ip4;
	struct bpf_sock *sk = bpf_sk_lookup_tcp(ctx, &t, sizeof t.ipv4, BPF_F_CURRENT_NETNS, 0);
	if (sk) bpf_sk_release(sk);
	ctx->user_port = bpf_htons(80);
	return 1;
}

SEC("sockops") int so(struct bpf_sock_ops *s) {
	switch (s->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		s->reply = 1;
		break;
	default:
		s->reply = -1;
	}
	return 1;
}

SEC("sk_msg") int sm(struct sk_msg_md *m) {
	return m->data + 1 > m->data_end ? SK_DROP : SK_PASS;
}
char _license[] SEC("license") = "GPL";
