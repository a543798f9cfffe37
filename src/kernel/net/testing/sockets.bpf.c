// SPDX-License-Identifier: MIT
// Programs of a cgroup that decide about its processes' sockets, for the questions in sockets.txt.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define LOOPBACK 0x7f000001

SEC("cgroup/connect4") int connect_refuse_81(struct bpf_sock_addr *ctx)
{
	return ctx->user_port != bpf_htons(81);
}

SEC("cgroup/connect4") int connect_80_to_8080(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 == bpf_htonl(LOOPBACK) && ctx->user_port == bpf_htons(80))
		ctx->user_port = bpf_htons(8080);
	return 1;
}

SEC("cgroup/connect4") int connect_8080_to_81(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == bpf_htons(8080))
		ctx->user_port = bpf_htons(81);
	return 1;
}

SEC("cgroup/connect4") int connect_elsewhere_here(struct bpf_sock_addr *ctx)
{
	/* whatever the address: this machine; datagrams only */
	if (ctx->protocol == 17 && ctx->type == 2 && ctx->family == 2)
		ctx->user_ip4 = bpf_htonl(LOOPBACK);
	return 1;
}

SEC("cgroup/connect4") int connect_by_sk(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk && sk->protocol == 6 && ctx->user_family == 2;
}

SEC("cgroup/connect6") int connect6_80_to_8080(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip6[3] == bpf_htonl(1) && ctx->user_port == bpf_htons(80))
		ctx->user_port = bpf_htons(8080);
	return 1;
}

SEC("cgroup/connect6") int connect6_refuse(struct bpf_sock_addr *ctx)
{
	return 0;
}

SEC("cgroup/bind4") int bind_refuse_7000(struct bpf_sock_addr *ctx)
{
	return ctx->user_port != bpf_htons(7000);
}

SEC("cgroup/bind4") int bind_7001_to_7002(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == bpf_htons(7001)) {
		ctx->user_port = bpf_htons(7002);
		ctx->user_ip4 = bpf_htonl(LOOPBACK + 1);
	}
	return 1;
}

SEC("cgroup/bind6") int bind6_refuse(struct bpf_sock_addr *ctx)
{
	return 0;
}

SEC("cgroup/post_bind4") int post_bind_refuse_7003(struct bpf_sock *ctx)
{
	return ctx->src_port != 7003;
}

SEC("cgroup/post_bind4") int post_bind_refuse_any(struct bpf_sock *ctx)
{
	return ctx->src_ip4 != 0;
}

SEC("cgroup/sock_create") int create_no_datagrams(struct bpf_sock *ctx)
{
	return ctx->type != 2;
}

SEC("cgroup/sock_create") int create_no_six(struct bpf_sock *ctx)
{
	ctx->mark = 7;
	return ctx->family == 2;
}

SEC("cgroup/sendmsg4") int send_refuse(struct bpf_sock_addr *ctx)
{
	return 0;
}

SEC("cgroup/sendmsg4") int send_to_discard(struct bpf_sock_addr *ctx)
{
	ctx->user_port = bpf_htons(9);
	return 1;
}

SEC("cgroup/sendmsg4") int send_from_two(struct bpf_sock_addr *ctx)
{
	ctx->msg_src_ip4 = bpf_htonl(LOOPBACK + 1);
	return 1;
}

SEC("cgroup/recvmsg4") int receive_from_discard(struct bpf_sock_addr *ctx)
{
	ctx->user_port = bpf_htons(9);
	return 1;
}

SEC("cgroup/sendmsg6") int send6_refuse(struct bpf_sock_addr *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
