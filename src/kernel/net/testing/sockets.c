// SPDX-License-Identifier: MIT
// What does this machine's Linux say to sockets whose cgroup has programs? Reads commands from standard input, one a line, and answers each
// on a line of its own. Everything happens in a network namespace and a cgroup that it makes for itself; the cgroup holds only itself.
//
//   use TYPE ATTACH HEX           loads instructions as a program and links it to the cgroup: 0 or the error number
//   server NAME tcp|udp|echo ADDRESS PORT    a socket bound there: 0 or the error number
//   connect tcp|udp ADDRESS PORT  connects, and sends a byte when it is udp: "error E", or the NAME of the server that it reached, or none
//   echo ADDRESS PORT             a datagram to an echo server: answered, lost, or "error E" of the server's sendto
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	char name[32];
	int fd, type, echo;
} servers[32];
static int count;
static int cgroup = -1;
static char cgroup_path[200], root[100];

static socklen_t address(const char *text, const char *port, struct sockaddr_storage *to)
{
	struct sockaddr_in *four = (void *)to;
	struct sockaddr_in6 *six = (void *)to;

	memset(to, 0, sizeof(*to));
	if (strchr(text, ':')) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(atoi(port));
		inet_pton(AF_INET6, text, &six->sin6_addr);
		return sizeof(*six);
	}
	four->sin_family = AF_INET;
	four->sin_port = htons(atoi(port));
	inet_pton(AF_INET, text, &four->sin_addr);
	return sizeof(*four);
}

static int use(unsigned type, unsigned attach, const char *hex)
{
	static uint8_t code[8192];
	unsigned size = strlen(hex) / 2;
	union bpf_attr attr = { 0 };

	for (unsigned i = 0; i < size && i < sizeof(code); i++)
		sscanf(hex + 2 * i, "%2hhx", &code[i]);
	attr.prog_type = type;
	attr.expected_attach_type = attach;
	attr.insns = (uint64_t)(long)code;
	attr.insn_cnt = size / 8;
	attr.license = (uint64_t)(long)"GPL";
	int fd = syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		return errno;
	uint32_t link[16] = { fd, cgroup, attach };
	int error = syscall(__NR_bpf, BPF_LINK_CREATE, link, sizeof(link)) < 0 ? errno : 0;

	close(fd);
	return error;
}

static int server(const char *name, const char *kind, const char *host, const char *port)
{
	struct sockaddr_storage at;
	socklen_t size = address(host, port, &at);
	int type = strcmp(kind, "tcp") ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(at.ss_family, type | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	if (bind(fd, (void *)&at, size) || (type == SOCK_STREAM && listen(fd, 8))) {
		int error = errno;

		close(fd);
		return error;
	}
	snprintf(servers[count].name, sizeof(servers[count].name), "%s", name);
	servers[count].fd = fd;
	servers[count].type = type;
	servers[count++].echo = !strcmp(kind, "echo");
	return 0;
}

/* The server that something arrived at; "none" after a while. */
static const char *reached(void)
{
	char byte[64];

	for (int tries = 0; tries < 20; tries++) {
		for (int i = 0; i < count; i++) {
			int got = servers[i].type == SOCK_STREAM ? accept(servers[i].fd, NULL, NULL) :
								   recv(servers[i].fd, byte, sizeof(byte), MSG_DONTWAIT);

			if (got < 0)
				continue;
			if (servers[i].type == SOCK_STREAM)
				close(got);
			return servers[i].name;
		}
		usleep(2000);
	}
	return "none";
}

static void connect_to(const char *kind, const char *host, const char *port)
{
	struct sockaddr_storage to;
	socklen_t size = address(host, port, &to);
	int fd = socket(to.ss_family, strcmp(kind, "tcp") ? SOCK_DGRAM : SOCK_STREAM, 0);

	if (fd < 0) {
		printf("error %d\n", errno);
		return;
	}
	if (connect(fd, (void *)&to, size) && errno != ECONNREFUSED)
		printf("error %d\n", errno);
	else {
		if (strcmp(kind, "tcp"))
			send(fd, "x", 1, 0);
		printf("%s\n", reached());
	}
	close(fd);
}

static void echo(const char *host, const char *port)
{
	struct sockaddr_storage to, from;
	socklen_t size = address(host, port, &to);
	char byte[64];
	int fd = socket(to.ss_family, SOCK_DGRAM, 0), error = 0;

	if (fd < 0 || connect(fd, (void *)&to, size)) {
		printf("error %d\n", errno);
		return;
	}
	send(fd, "x", 1, 0);
	usleep(2000);
	for (int i = 0; i < count; i++) {
		socklen_t length = sizeof(from);
		ssize_t got = servers[i].echo ? recvfrom(servers[i].fd, byte, sizeof(byte), MSG_DONTWAIT, (void *)&from, &length) : -1;

		if (got >= 0 && sendto(servers[i].fd, byte, got, 0, (void *)&from, length) < 0)
			error = errno;
	}
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (error)
		printf("error %d\n", error);
	else
		printf("%s\n", poll(&wait, 1, 50) == 1 && recv(fd, byte, sizeof(byte), MSG_DONTWAIT) == 1 ? "answered" : "lost");
	close(fd);
}

static void join(const char *folder)
{
	char path[300], pid[20];

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	int fd = open(path, O_WRONLY), size = snprintf(pid, sizeof(pid), "%d", getpid());

	if (fd < 0 || write(fd, pid, size) != size)
		_exit(2);
	close(fd);
}

static void clean(void)
{
	join(root);
	if (cgroup >= 0)
		close(cgroup);
	rmdir(cgroup_path);
}

int main(void)
{
	static char line[20000];
	const char *roots[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	if (unshare(CLONE_NEWNET) || system("ip link set lo up"))
		return 2;
	for (int i = 0; i < 2 && cgroup < 0; i++) {
		snprintf(root, sizeof(root), "%s", roots[i]);
		snprintf(cgroup_path, sizeof(cgroup_path), "%s/sockets-%d", roots[i], getpid());
		if (!mkdir(cgroup_path, 0700))
			cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (cgroup < 0)
		return 2;
	atexit(clean);
	join(cgroup_path);
	while (fgets(line, sizeof(line), stdin)) {
		char *word[8] = { 0 };
		int n = 0;

		for (char *at = strtok(line, " \n"); at && n < 8; at = strtok(NULL, " \n"))
			word[n++] = at;
		if (n == 4 && !strcmp(word[0], "use"))
			printf("%d\n", use(atoi(word[1]), atoi(word[2]), word[3]));
		else if (n == 5 && !strcmp(word[0], "server"))
			printf("%d\n", server(word[1], word[2], word[3], word[4]));
		else if (n == 4 && !strcmp(word[0], "connect"))
			connect_to(word[1], word[2], word[3]);
		else if (n == 3 && !strcmp(word[0], "echo"))
			echo(word[1], word[2]);
		else if (n > 0)
			printf("what?\n");
		fflush(stdout);
	}
	return 0;
}
