// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Sends small UDP datagrams for some seconds and says what one cost: nanoseconds of this thread's processor time. On a veth pair the
// receiver's work is done on the sender's processor too, so what the receiver saves shows here.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct mmsghdr messages[BATCH] = { 0 };
	char payload[16] = "0123456789abcde";
	struct iovec part = { payload, sizeof(payload) };
	unsigned long sent = 0;

	if (argc < 4 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: flood ADDRESS PORT SECONDS\n");
		return 2;
	}
	to.sin_port = htons(atoi(argv[2]));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	for (int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_name = &to;
		messages[i].msg_hdr.msg_namelen = sizeof(to);
		messages[i].msg_hdr.msg_iov = &part;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	double end = seconds(CLOCK_MONOTONIC) + atof(argv[3]), began = seconds(CLOCK_THREAD_CPUTIME_ID);

	while (seconds(CLOCK_MONOTONIC) < end) {
		int n = sendmmsg(fd, messages, BATCH, 0);

		if (n > 0)
			sent += n;
	}
	printf("%.0f\n", sent ? (seconds(CLOCK_THREAD_CPUTIME_ID) - began) * 1e9 / sent : 0);
	return sent == 0;
}
