/* SPDX-License-Identifier: MIT */
/* What the files of this folder tell each other. */
#ifndef KERNEL_H
#define KERNEL_H
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/export.h>

/* numbers of x86-64 (arch/x86/entry/syscalls) */
#define __NR_read 0
#define __NR_write 1
#define __NR_open 2
#define __NR_close 3
#define __NR_ioctl 16
#define __NR_getuid 102
#define __NR_init_module 175
#define __NR_delete_module 176

struct sk_buff;
struct net;
struct sock;
struct net_device;
struct packet_type;
struct iphdr;

/* the machine's own (src/bpf/kernel-api.ts) */
struct net_device *__dev_by_index(int index);
struct task_struct *__task_by_pid(int pid);
int ip_rcv_finish(struct sk_buff *skb);
void __free_skb(struct sk_buff *skb, int reason);
void __hook_changed(int hook, unsigned int functions);

/* module.c */
long __do_sys_init_module(int (*init)(void));
long __do_sys_delete_module(void (*exit)(void));

/* proc.c */
long ksys_read(unsigned int fd, char *buffer, size_t size);
long ksys_write(unsigned int fd, const char *buffer, size_t size);
long do_sys_open(const char *path);
long close_fd(unsigned int fd);
long do_ioctl(unsigned int fd, unsigned int command, unsigned long argument);

/* netfilter.c: NF_HOOK and what it calls */
int nf_hook(int hook, struct sk_buff *skb, struct net_device *in, struct net_device *out);

/* ip_input.c */
int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *type, struct net_device *orig_dev);

/* why a packet was dropped (enum skb_drop_reason of 6.18) */
#define SKB_DROP_REASON_NOT_SPECIFIED 2
#define SKB_DROP_REASON_PKT_TOO_SMALL 9
#define SKB_DROP_REASON_NETFILTER_DROP 12
#define SKB_DROP_REASON_OTHERHOST 13
#define SKB_DROP_REASON_IP_CSUM 14
#define SKB_DROP_REASON_IP_INHDR 15
#define SKB_DROP_REASON_UNHANDLED_PROTO 74
#endif
