// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Loads filter.bpf.c with libbpf, attaches it to one interface and prints once a second how often its rule was used.
//   usage: filter INTERFACE [SECONDS]    stops after SECONDS, or at Ctrl+C; the program goes when this process ends
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/types.h>
#include <bpf/libbpf.h>

/* as in filter.bpf.c: the skeleton speaks of it */
struct rule {
	__be32 address;
	__u64 packets;
};

#include "filter.skel.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

int main(int argc, char **argv)
{
	int left = argc > 2 ? atoi(argv[2]) : -1;
	unsigned int interface = argc > 1 ? if_nametoindex(argv[1]) : 0;
	struct filter *skeleton;
	struct bpf_link *link;

	if (!interface) {
		fprintf(stderr, "usage: %s INTERFACE [SECONDS]\n", argv[0]);
		return 2;
	}
	skeleton = filter__open_and_load();
	if (!skeleton) {
		fprintf(stderr, "the program was not loaded: libbpf's lines above say why (root is needed)\n");
		return 1;
	}
	link = bpf_program__attach_xdp(skeleton->progs.drop_packet, interface);
	if (!link) {
		fprintf(stderr, "%s: XDP could not be attached\n", argv[1]);
		filter__destroy(skeleton);
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	while (!stopped && left-- != 0) {
		sleep(1);
		/* The program's own memory is mapped into this process. */
		printf("dropped=%llu\n", (unsigned long long)skeleton->data->rules[0].packets);
		fflush(stdout);
	}
	bpf_link__destroy(link);
	filter__destroy(skeleton);
	return 0;
}
