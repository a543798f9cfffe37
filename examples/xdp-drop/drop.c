// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Loads drop.bpf.c with libbpf, attaches it to one interface and prints the two counters once a second.
//   usage: drop INTERFACE [SECONDS]      stops after SECONDS, or at Ctrl+C; the program goes when this process ends
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "drop.skel.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static unsigned long long counter(struct drop *skeleton, __u32 slot)
{
	__u64 value = 0;

	bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.counters), &slot, &value);
	return value;
}

int main(int argc, char **argv)
{
	int seconds = argc > 2 ? atoi(argv[2]) : 0;
	struct bpf_link *link;
	struct drop *skeleton;
	unsigned int interface;
	int elapsed;

	if (argc < 2) {
		fprintf(stderr, "usage: %s INTERFACE [SECONDS]\n", argv[0]);
		return 2;
	}
	interface = if_nametoindex(argv[1]);
	if (!interface) {
		fprintf(stderr, "%s: no interface by this name\n", argv[1]);
		return 2;
	}
	skeleton = drop__open_and_load();
	if (!skeleton) {
		fprintf(stderr, "the program was not loaded: libbpf's lines above say why (root is needed)\n");
		return 1;
	}
	link = bpf_program__attach_xdp(skeleton->progs.xdp_drop, interface);
	if (!link) {
		fprintf(stderr, "%s: XDP could not be attached\n", argv[1]);
		drop__destroy(skeleton);
		return 1;
	}

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	for (elapsed = 0; !stopped && (!seconds || elapsed < seconds); elapsed++) {
		sleep(1);
		printf("dropped=%llu passed=%llu\n", counter(skeleton, 0), counter(skeleton, 1));
		fflush(stdout);
	}
	bpf_link__destroy(link);
	drop__destroy(skeleton);
	return 0;
}
