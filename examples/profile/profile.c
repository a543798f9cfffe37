// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Loads profile.bpf.c with libbpf, lets every processor's clock run it, and prints the stacks that it saw, folded: "outer;inner count", which
// flame graph tools read. Needs root.
//   usage: profile [SECONDS]
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "profile.skel.h"

/* samples a second: not 100, so that they do not keep step with what the machine does itself */
#define FREQUENCY 99
#define FRAMES 64
#define MOST_SYMBOLS 500000
#define MOST_CPUS 1024

struct symbol {
	unsigned long long address;
	char name[64];
};

static struct symbol *symbols;
static size_t count;

static int compare(const void *a, const void *b)
{
	unsigned long long x = ((const struct symbol *)a)->address, y = ((const struct symbol *)b)->address;

	return x < y ? -1 : x > y;
}

/* /proc/kallsyms: the address, a letter for the kind, the name; root sees the addresses */
static int read_symbols(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	struct symbol one;
	char kind;

	symbols = calloc(MOST_SYMBOLS, sizeof(*symbols));
	if (!file || !symbols)
		return -1;
	while (count < MOST_SYMBOLS && fscanf(file, "%llx %c %63s%*[^\n]", &one.address, &kind, one.name) == 3)
		if (kind == 't' || kind == 'T' || kind == 'w' || kind == 'W')
			symbols[count++] = one;
	fclose(file);
	qsort(symbols, count, sizeof(*symbols), compare);
	return 0;
}

/* the function that an address lies in: the last one that begins at it or before */
static const char *name_of(unsigned long long address)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? symbols[low - 1].name : "?";
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 5;
	struct perf_event_attr clock = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(clock),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_freq = FREQUENCY,
		.freq = 1,
	};
	struct bpf_link *links[MOST_CPUS] = {};
	int cpus = libbpf_num_possible_cpus(), cpu, stacks, samples, attached = 0;
	struct profile *skeleton = profile__open_and_load();
	__s32 key, *before = NULL;

	if (!skeleton) {
		fprintf(stderr, "the program was not loaded: libbpf's lines above say why (root is needed)\n");
		return 1;
	}
	if (read_symbols())
		fprintf(stderr, "/proc/kallsyms cannot be read: functions stay without names\n");
	for (cpu = 0; cpu < cpus && cpu < MOST_CPUS; cpu++) {
		int event = syscall(SYS_perf_event_open, &clock, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

		if (event < 0)
			continue; /* a processor that is switched off */
		links[cpu] = bpf_program__attach_perf_event(skeleton->progs.sample, event);
		if (links[cpu])
			attached++;
		else
			close(event);
	}
	if (!attached) {
		fprintf(stderr, "no processor could be sampled: %s\n", strerror(errno));
		profile__destroy(skeleton);
		return 1;
	}
	sleep(seconds);
	for (cpu = 0; cpu < cpus && cpu < MOST_CPUS; cpu++)
		bpf_link__destroy(links[cpu]);

	stacks = bpf_map__fd(skeleton->maps.stacks);
	samples = bpf_map__fd(skeleton->maps.samples);
	for (; !bpf_map_get_next_key(samples, before, &key); before = &key) {
		__u64 addresses[FRAMES] = {}, seen = 0;
		int frame = 0;

		bpf_map_lookup_elem(samples, &key, &seen);
		if (bpf_map_lookup_elem(stacks, &key, addresses))
			continue;
		while (frame < FRAMES && addresses[frame])
			frame++;
		while (frame--)
			printf("%s%s", name_of(addresses[frame]), frame ? ";" : "");
		printf(" %llu\n", (unsigned long long)seen);
	}
	profile__destroy(skeleton);
	free(symbols);
	return 0;
}
