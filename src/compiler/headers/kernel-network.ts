// Kernel headers for code in the packet's way: socket buffers, headers, netfilter, namespaces.

const guard = (name: string, body: string): string =>
  `#ifndef _KERNEL_${name}\n#define _KERNEL_${name}\n${body.trim()}\n#endif\n`;

const SKBUFF = guard(
  'SKBUFF_H',
  `
#include <kernel/records.h>
#include <linux/slab.h>
#include <asm/byteorder.h>
#define __swab16_const(x) ((u16)(((u16)(x) << 8) | ((u16)(x) >> 8)))
#define __swab32_const(x) ((u32)(((u32)(x) << 24) | (((u32)(x) & 0xff00) << 8) | (((u32)(x) >> 8) & 0xff00) | ((u32)(x) >> 24)))
#define htonl(x) ((__be32)(__builtin_constant_p(x) ? __swab32_const(x) : __builtin_bswap32(x)))
#define ntohl(x) ((u32)htonl((__be32)(x)))
#define htons(x) ((__be16)(__builtin_constant_p(x) ? __swab16_const(x) : __builtin_bswap16(x)))
#define ntohs(x) ((u16)htons((__be16)(x)))
#define cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#define be64_to_cpu(x) __builtin_bswap64((u64)(x))
#define cpu_to_be32 htonl
#define be32_to_cpu ntohl
#define cpu_to_be16 htons
#define be16_to_cpu ntohs
#define CHECKSUM_NONE 0
#define CHECKSUM_UNNECESSARY 1
#define PACKET_HOST 0
#define PACKET_BROADCAST 1
#define PACKET_MULTICAST 2
#define PACKET_OTHERHOST 3
static inline unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }
static inline unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }
static inline unsigned char *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }
static inline int skb_network_offset(const struct sk_buff *skb) { return skb_network_header(skb) - skb->data; }
static inline int skb_transport_offset(const struct sk_buff *skb) { return skb_transport_header(skb) - skb->data; }
static inline void skb_reset_network_header(struct sk_buff *skb) { skb->network_header = skb->data - skb->head; }
static inline void skb_set_transport_header(struct sk_buff *skb, int offset)
{
	skb->transport_header = skb->data - skb->head + offset;
}
static inline void skb_reset_transport_header(struct sk_buff *skb) { skb->transport_header = skb->data - skb->head; }
static inline unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }
static inline bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }
static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb) { return skb->head + skb->tail; }
static inline unsigned char *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }
static inline unsigned int skb_headroom(const struct sk_buff *skb) { return skb->data - skb->head; }
static inline int pskb_may_pull(struct sk_buff *skb, unsigned int size) { return size <= skb->len; }
static inline unsigned char *__skb_pull(struct sk_buff *skb, unsigned int size)
{
	skb->len -= size;
	return skb->data += size;
}
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset, int size, void *buffer)
{
	return skb->len >= (unsigned int)(offset + size) ? skb->data + offset : NULL;
}
void kfree_skb_reason(struct sk_buff *skb, int reason);
void consume_skb(struct sk_buff *skb);
int pskb_trim_rcsum(struct sk_buff *skb, unsigned int size);
#define kfree_skb(skb) kfree_skb_reason(skb, 2)
#define dev_kfree_skb(skb) consume_skb(skb)
#define skb_make_writable(skb, size) pskb_may_pull(skb, size)
#define skb_ensure_writable(skb, size) (pskb_may_pull(skb, size) ? 0 : -12)
`,
);

const IP = guard(
  'IP_H',
  `
#include_next <linux/ip.h>
#include <linux/skbuff.h>
static inline struct iphdr *ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)skb_network_header(skb); }
static inline unsigned int ip_hdrlen(const struct sk_buff *skb) { return ip_hdr(skb)->ihl * 4; }
`,
);

const TRANSPORT = (name: string, field: string): string =>
  guard(
    `${name.toUpperCase()}_H`,
    `
#include_next <linux/${name}.h>
#include <linux/skbuff.h>
static inline struct ${field} *${name}_hdr(const struct sk_buff *skb) { return (struct ${field} *)skb_transport_header(skb); }
`,
  );

const NETFILTER = guard(
  'NETFILTER_H',
  `
#include <linux/skbuff.h>
#include <linux/errno.h>
#include <linux/in.h>
#define NF_DROP 0
#define NF_ACCEPT 1
#define NF_STOLEN 2
#define NF_QUEUE 3
#define NF_REPEAT 4
#define NF_MAX_VERDICT NF_REPEAT
enum nf_inet_hooks {
	NF_INET_PRE_ROUTING,
	NF_INET_LOCAL_IN,
	NF_INET_FORWARD,
	NF_INET_LOCAL_OUT,
	NF_INET_POST_ROUTING,
	NF_INET_NUMHOOKS,
};
enum {
	NFPROTO_UNSPEC = 0,
	NFPROTO_INET = 1,
	NFPROTO_IPV4 = 2,
	NFPROTO_ARP = 3,
	NFPROTO_NETDEV = 5,
	NFPROTO_BRIDGE = 7,
	NFPROTO_IPV6 = 10,
};
enum nf_ip_hook_priorities {
	NF_IP_PRI_FIRST = -2147483647 - 1,
	NF_IP_PRI_RAW = -300,
	NF_IP_PRI_CONNTRACK = -200,
	NF_IP_PRI_MANGLE = -150,
	NF_IP_PRI_NAT_DST = -100,
	NF_IP_PRI_FILTER = 0,
	NF_IP_PRI_SECURITY = 50,
	NF_IP_PRI_NAT_SRC = 100,
	NF_IP_PRI_LAST = 2147483647,
};
int nf_register_net_hook(struct net *net, const struct nf_hook_ops *ops);
void nf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops);
int nf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int count);
void nf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int count);
`,
);

const NAMESPACE = guard(
  'NET_NAMESPACE_H',
  `
#include <kernel/records.h>
extern struct net init_net;
int register_pernet_subsys(struct pernet_operations *ops);
void unregister_pernet_subsys(struct pernet_operations *ops);
#define register_pernet_device register_pernet_subsys
#define unregister_pernet_device unregister_pernet_subsys
#define dev_net(device) ((device)->nd_net.net)
`,
);

const INET = guard(
  'INET_H',
  `
#include <linux/types.h>
int in4_pton(const char *text, int size, u8 *to, int delimiter, const char **end);
__be32 in_aton(const char *text);
`,
);

const NETDEVICE = guard(
  'NETDEVICE_H',
  `
#include <linux/skbuff.h>
#include <linux/net.h>
#include <linux/if_ether.h>
#include <net/net_namespace.h>
#define IFNAMSIZ 16
#define NET_RX_SUCCESS 0
#define NET_RX_DROP 1
struct net_device *dev_get_by_index(struct net *net, int index);
#define dev_put(device) ((void)(device))
#define netdev_name(device) ((device)->name)
`,
);

const lead = (...to: string[]): string => to.map((name) => `#include <${name}>\n`).join('');

export const KERNEL_NETWORK: Readonly<Record<string, string>> = {
  'linux/skbuff.h': SKBUFF,
  'linux/ip.h': IP,
  'net/ip.h': lead('linux/ip.h', 'linux/in.h', 'linux/netdevice.h'),
  'linux/tcp.h': TRANSPORT('tcp', 'tcphdr'),
  'linux/udp.h': TRANSPORT('udp', 'udphdr'),
  'linux/icmp.h': TRANSPORT('icmp', 'icmphdr'),
  'net/tcp.h': lead('linux/tcp.h'),
  'net/udp.h': lead('linux/udp.h'),
  'linux/netfilter.h': NETFILTER,
  'uapi/linux/netfilter.h': NETFILTER,
  'linux/netfilter_ipv4.h': lead('linux/netfilter.h'),
  'uapi/linux/netfilter_ipv4.h': lead('linux/netfilter.h'),
  'net/net_namespace.h': NAMESPACE,
  'net/netns/generic.h': lead('net/net_namespace.h'),
  'linux/inet.h': INET,
  'linux/net.h': `${lead('linux/printk.h')}#ifndef NET_RATELIMIT_H
#define NET_RATELIMIT_H
int net_ratelimit(void);
#define net_info_ratelimited(fmt, ...) do { if (net_ratelimit()) pr_info(fmt, ##__VA_ARGS__); } while (0)
#define net_warn_ratelimited(fmt, ...) do { if (net_ratelimit()) pr_warn(fmt, ##__VA_ARGS__); } while (0)
#define net_err_ratelimited(fmt, ...) do { if (net_ratelimit()) pr_err(fmt, ##__VA_ARGS__); } while (0)
#endif
`,
  'linux/netdevice.h': NETDEVICE,
  'linux/etherdevice.h': lead('linux/netdevice.h'),
  'linux/byteorder/generic.h': lead('linux/skbuff.h'),
};
