// SPDX-License-Identifier: MIT
// What does this machine's Linux say to attaching, replacing and detaching? Reads commands from standard input, one a line, and answers
// each with 0 or the error number on a line of its own. Everything happens in a network namespace and a cgroup that it makes for itself.
//
//   prog NAME xdp|tc|cgroup|devmap         a program of that type that lets everything pass
//   link NAME PROG WHERE FLAGS             BPF_LINK_CREATE; WHERE: xdp, tcx_ingress, tcx_egress, cgroup_ingress, cgroup_egress; FLAGS: number
//   linkat NAME PROG WHERE FLAGS OTHER     the same, placed relative to OTHER (a program; tcx)
//   update LINK PROG FLAGS [OLD]           BPF_LINK_UPDATE
//   detach LINK                            BPF_LINK_DETACH
//   close NAME                             close(2)
//   xdp PROG|- FLAGS [EXPECTED]            netlink, as ip link set dev … xdp
//   attach PROG WHERE FLAGS [REPLACED]     BPF_PROG_ATTACH
//   unattach PROG|- WHERE FLAGS            BPF_PROG_DETACH
//   pin NAME PATH, get NAME PATH, unpin PATH   bpffs
//   query WHERE                            names of the programs there, in order
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TCX_INGRESS 46
#define TCX_EGRESS 47

static char names[64][32];
static int fds[64];
static int ids[64];
static int count;
static unsigned ifindex;
static int cgroup = -1;
static char cgroup_path[200], pins[200];

static long bpf(int cmd, void *attr, unsigned size)
{
	return syscall(__NR_bpf, cmd, attr, size);
}

static int find(const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return fds[i];
	return -1;
}

static void keep(const char *name, int fd)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			break;
	if (i == count)
		count++;
	snprintf(names[i], sizeof(names[i]), "%s", name);
	fds[i] = fd;
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(long)&info;
	ids[i] = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ? 0 : (int)info.id;
}

static int load(const char *name, const char *kind)
{
	uint64_t code[2] = { 0x00000002000000b7ull, 0x95 };
	union bpf_attr attr = { 0 };

	attr.prog_type = !strcmp(kind, "tc") ? BPF_PROG_TYPE_SCHED_CLS :
			 !strcmp(kind, "cgroup") ? BPF_PROG_TYPE_CGROUP_SKB : BPF_PROG_TYPE_XDP;
	if (!strcmp(kind, "cgroup"))
		code[0] = 0x00000001000000b7ull;
	if (!strcmp(kind, "tc"))
		code[0] = 0xffffffff000000b7ull;
	if (!strcmp(kind, "devmap"))
		attr.expected_attach_type = BPF_XDP_DEVMAP;
	if (!strcmp(kind, "xdp"))
		attr.expected_attach_type = BPF_XDP;
	attr.insns = (uint64_t)(long)code;
	attr.insn_cnt = 2;
	attr.license = (uint64_t)(long)"GPL";
	int fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		return errno;
	keep(name, fd);
	return 0;
}

static unsigned where(const char *text, unsigned *target)
{
	*target = ifindex;
	if (!strcmp(text, "xdp"))
		return BPF_XDP;
	if (!strcmp(text, "tcx_ingress"))
		return TCX_INGRESS;
	if (!strcmp(text, "tcx_egress"))
		return TCX_EGRESS;
	*target = cgroup;
	return !strcmp(text, "cgroup_ingress") ? BPF_CGROUP_INET_INGRESS : BPF_CGROUP_INET_EGRESS;
}

static int link_create(const char *name, const char *prog, const char *at, unsigned flags, int relative)
{
	uint32_t attr[32] = { 0 };
	unsigned target;

	attr[2] = where(at, &target);
	attr[0] = find(prog);
	attr[1] = target;
	attr[3] = flags;
	if (relative >= 0)
		attr[4] = relative;
	int fd = bpf(BPF_LINK_CREATE, attr, 64);

	if (fd < 0)
		return errno;
	keep(name, fd);
	return 0;
}

static int netlink_xdp(int fd, unsigned flags, int expected)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		char more[128];
	} request = { 0 };
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.info));
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request.header.nlmsg_type = RTM_SETLINK;
	request.info.ifi_index = ifindex;
	struct rtattr *nest = (void *)((char *)&request + NLMSG_ALIGN(request.header.nlmsg_len));

	nest->rta_type = NLA_F_NESTED | IFLA_XDP;
	nest->rta_len = RTA_LENGTH(0);
	struct { unsigned short type; int value; int on; } parts[] = {
		{ IFLA_XDP_FD, fd, 1 }, { IFLA_XDP_FLAGS, (int)flags, flags != 0 }, { IFLA_XDP_EXPECTED_FD, expected, expected >= 0 },
	};

	for (int i = 0; i < 3; i++) {
		if (!parts[i].on)
			continue;
		struct rtattr *part = (void *)((char *)nest + RTA_ALIGN(nest->rta_len));

		part->rta_type = parts[i].type;
		part->rta_len = RTA_LENGTH(4);
		memcpy(RTA_DATA(part), &parts[i].value, 4);
		nest->rta_len += RTA_LENGTH(4);
	}
	request.header.nlmsg_len += nest->rta_len;
	char answer[4096];
	int error = EIO;

	if (send(sock, &request, request.header.nlmsg_len, 0) > 0 && recv(sock, answer, sizeof(answer), 0) > 0)
		error = -((struct nlmsgerr *)NLMSG_DATA((struct nlmsghdr *)answer))->error;
	close(sock);
	return error;
}

static int obj(int cmd, const char *name, const char *path)
{
	union bpf_attr attr = { 0 };
	char full[300];

	snprintf(full, sizeof(full), "%s/%s", pins, path);
	attr.pathname = (uint64_t)(long)full;
	if (cmd == BPF_OBJ_PIN)
		attr.bpf_fd = find(name);
	int fd = bpf(cmd, &attr, sizeof(attr));

	if (fd < 0)
		return errno;
	if (cmd == BPF_OBJ_GET)
		keep(name, fd);
	return 0;
}

static void query(const char *at)
{
	uint32_t attr[32] = { 0 }, found[16] = { 0 };
	unsigned target;

	attr[1] = where(at, &target);
	attr[0] = target;
	uint64_t list = (uint64_t)(long)found;

	memcpy(&attr[4], &list, 8);
	attr[6] = 16;
	if (bpf(BPF_PROG_QUERY, attr, 64)) {
		printf("%d\n", errno);
		return;
	}
	printf("0");
	for (unsigned i = 0; i < attr[6]; i++)
		for (int n = 0; n < count; n++)
			if (ids[n] == (int)found[i]) {
				printf(" %s", names[n]);
				break;
			}
	printf("\n");
}

static void clean(void)
{
	for (int i = 0; i < count; i++)
		close(fds[i]);
	if (cgroup >= 0)
		close(cgroup);
	rmdir(cgroup_path);
}

int main(void)
{
	char line[300];

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) || system("ip link add va type veth peer name vb && ip link set va up && ip link set vb up"))
		return 2;
	ifindex = if_nametoindex("va");
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	snprintf(pins, sizeof(pins), "/sys/fs/bpf");
	if (mount("bpf", pins, "bpf", 0, NULL))
		return 2;
	const char *roots[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	for (int i = 0; i < 2 && cgroup < 0; i++) {
		snprintf(cgroup_path, sizeof(cgroup_path), "%s/links-%d", roots[i], getpid());
		if (!mkdir(cgroup_path, 0700))
			cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	atexit(clean);
	while (fgets(line, sizeof(line), stdin)) {
		char *word[8] = { 0 };
		int n = 0;

		for (char *at = strtok(line, " \n"); at && n < 8; at = strtok(NULL, " \n"))
			word[n++] = at;
		if (n == 0)
			continue;
		int error = -1;
		uint32_t attr[32] = { 0 };
		unsigned target;

		if (!strcmp(word[0], "prog"))
			error = load(word[1], word[2]);
		else if (!strcmp(word[0], "link"))
			error = link_create(word[1], word[2], word[3], atoi(word[4]), -1);
		else if (!strcmp(word[0], "linkat"))
			error = link_create(word[1], word[2], word[3], atoi(word[4]), find(word[5]));
		else if (!strcmp(word[0], "update")) {
			attr[0] = find(word[1]);
			attr[1] = find(word[2]);
			attr[2] = atoi(word[3]);
			attr[3] = word[4] ? find(word[4]) : 0;
			error = bpf(BPF_LINK_UPDATE, attr, 16) ? errno : 0;
		} else if (!strcmp(word[0], "detach")) {
			attr[0] = find(word[1]);
			error = bpf(34, attr, 4) ? errno : 0;
		} else if (!strcmp(word[0], "close"))
			error = close(find(word[1])) ? errno : 0;
		else if (!strcmp(word[0], "xdp"))
			error = netlink_xdp(strcmp(word[1], "-") ? find(word[1]) : -1, atoi(word[2]), word[3] ? find(word[3]) : -1);
		else if (!strcmp(word[0], "attach") || !strcmp(word[0], "unattach")) {
			attr[2] = where(word[2], &target);
			attr[0] = target;
			attr[1] = strcmp(word[1], "-") ? find(word[1]) : 0;
			attr[3] = atoi(word[3]);
			if (word[4])
				attr[4] = find(word[4]);
			error = bpf(word[0][0] == 'a' ? BPF_PROG_ATTACH : BPF_PROG_DETACH, attr, 32) ? errno : 0;
		} else if (!strcmp(word[0], "pin"))
			error = obj(BPF_OBJ_PIN, word[1], word[2]);
		else if (!strcmp(word[0], "get"))
			error = obj(BPF_OBJ_GET, word[1], word[2]);
		else if (!strcmp(word[0], "unpin")) {
			char full[300];

			snprintf(full, sizeof(full), "%s/%s", pins, word[1]);
			error = unlink(full) ? errno : 0;
			/* the inode, and what it held, goes a little later */
			usleep(300000);
		} else if (!strcmp(word[0], "query")) {
			query(word[1]);
			fflush(stdout);
			continue;
		}
		printf("%d\n", error);
		fflush(stdout);
	}
	return 0;
}
