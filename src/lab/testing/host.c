// SPDX-License-Identifier: MIT
// What does this machine's Linux do with a frame? Makes a network namespace whose interfaces are TAP devices, so that this program is the
// other end of every cable, and reads commands from standard input, one a line:
//
//   tap NAME MAC            an interface
//   run COMMAND…            in the namespace (ip, …): "." or its exit status
//   sysctl PATH VALUE       below /proc/sys/net: "." or the error number
//   listen udp|tcp ADDRESS PORT    a socket that nobody reads: "." or the error number
//   send NAME HEX           the frame arrives: "out NAME HEX" for each that leaves, "drop REASON" for each that skb:kfree_skb reports, "."
//
// Drops are those that happen while this process runs (a private instance of the tracing file system, filtered by its number).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 8
/* milliseconds without anything to read, after which a frame has had its effect */
#define QUIET 4

static char names[MOST][IFNAMSIZ];
static struct pollfd taps[MOST];
static int count;
static char instance[100];
static int pipe_fd = -1;

static int put(const char *folder, const char *file, const char *value)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0)
		return errno;
	int error = write(fd, value, strlen(value)) < 0 ? errno : 0;

	close(fd);
	return error;
}

static void stop_tracing(void)
{
	put(instance, "events/skb/kfree_skb/enable", "0");
	close(pipe_fd);
	rmdir(instance);
}

static int trace(void)
{
	char pid[20];

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL))
		return errno;
	snprintf(instance, sizeof(instance), "/sys/kernel/tracing/instances/host-%d", getpid());
	if (mkdir(instance, 0700))
		return errno;
	atexit(stop_tracing);
	snprintf(pid, sizeof(pid), "%d", getpid());
	int error = put(instance, "set_event_pid", pid);
	char path[300];

	snprintf(path, sizeof(path), "%s/trace_pipe", instance);
	pipe_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (pipe_fd < 0)
		return errno;
	return error ? error : put(instance, "events/skb/kfree_skb/enable", "1");
}

/* What was dropped since the last time; `say` 0: nobody wants to know. Reading uses the records up, which resetting would take long for. */
static void drops(int say)
{
	static char text[1 << 16];
	ssize_t got;

	while ((got = read(pipe_fd, text, sizeof(text) - 1)) > 0) {
		text[got] = 0;
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			char *reason = strstr(line, "reason: ");

			if (reason && say)
				printf("drop %.60s\n", reason + 8);
		}
	}
}

static int tap(const char *name, const char *mac)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char command[200];

	if (count == MOST)
		return ENOSPC;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		return errno;
	snprintf(command, sizeof(command), "ip link set dev %s address %s", name, mac);
	taps[count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	snprintf(names[count++], IFNAMSIZ, "%s", name);
	return system(command);
}

static void send_frame(const char *name, const char *hex)
{
	static uint8_t frame[70000];
	size_t size = strlen(hex) / 2;

	drops(0);
	for (size_t i = 0; i < size; i++)
		sscanf(hex + 2 * i, "%2hhx", &frame[i]);
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name) && write(taps[i].fd, frame, size) < 0)
			printf("refused %d\n", errno);
	while (poll(taps, count, QUIET) > 0)
		for (int i = 0; i < count; i++) {
			ssize_t got = read(taps[i].fd, frame, sizeof(frame));

			if (got <= 0)
				continue;
			printf("out %s ", names[i]);
			for (ssize_t n = 0; n < got; n++)
				printf("%02x", frame[n]);
			printf("\n");
		}
	drops(1);
	printf(".\n");
}

static int listen_at(const char *kind, const char *text, const char *port)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	int v6 = strchr(text, ':') != NULL, type = strcmp(kind, "tcp") ? SOCK_DGRAM : SOCK_STREAM, one = 1;
	int fd = socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	inet_pton(AF_INET, text, &four.sin_addr);
	inet_pton(AF_INET6, text, &six.sin6_addr);
	if (v6 ? bind(fd, (void *)&six, sizeof(six)) : bind(fd, (void *)&four, sizeof(four)))
		return errno;
	return type == SOCK_STREAM && listen(fd, 128) ? errno : 0;
}

int main(void)
{
	static char line[200000];
	int error;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) || (error = trace())) {
		fprintf(stderr, "no namespace with tracing: %s\n", strerror(errno));
		return 2;
	}
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		char *rest = strchr(line, ' ');

		if (!rest)
			continue;
		*rest++ = 0;
		char *a = rest, *b = NULL, *c = NULL;

		if (!strcmp(line, "run"))
			error = system(rest);
		else {
			if ((b = strchr(a, ' ')))
				*b++ = 0;
			if (b && (c = strchr(b, ' ')))
				*c++ = 0;
			if (!strcmp(line, "send") && b) {
				send_frame(a, b);
				fflush(stdout);
				continue;
			}
			error = !strcmp(line, "tap") && b ? tap(a, b) :
				!strcmp(line, "sysctl") && b ? put("/proc/sys/net", a, b) :
				!strcmp(line, "listen") && c ? listen_at(a, b, c) : EINVAL;
		}
		if (error)
			printf("error %d\n", error);
		printf(".\n");
		fflush(stdout);
	}
	return 0;
}
