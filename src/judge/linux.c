// SPDX-License-Identifier: MIT
/*
 * What does this machine's Linux say? A process that stays: requests on stdin, one line of JSON a request on stdout.
 *
 * A request is a few lines, one step each, ended by a line with a single dot. Every request is served by a child of its
 * own, so that its maps and programs are gone when it is answered, and so that it can give up capabilities alone.
 * A step is a word and then name=value pairs; bytes are hex; the answer to a request is an array, one object a step.
 *
 *   caps set=root|bpf                              bpf: keep CAP_BPF and CAP_NET_ADMIN only (no CAP_PERFMON)
 *   btf data=HEX                                   BTF that later maps and programs refer to
 *   map type= key= value= entries= [flags=] [inner=INDEX] [keytype=] [valuetype=] [extra=]    the i-th is map i
 *   load type= insns=HEX [attach=] [flags=] [license=HEX] [level=] [func=HEX] [line=HEX] [name=] [btf=0]    the i-th is program i
 *   verdict …                                      like load, but only the errno: no log, and the program is gone at once
 *   run prog=INDEX [packet=HEX] [ctx=HEX] [repeat=] [cpu=] [flags=]
 *   info prog=INDEX                                what the kernel made of it: rewritten instructions, machine code size
 *   lookup|delete|take map=INDEX key=HEX [flags=]
 *   update map=INDEX key=HEX value=HEX|prog:INDEX|map:INDEX [flags=]
 *   next map=INDEX [key=HEX]                       without key: the first one
 *   freeze map=INDEX
 *   dump map=INDEX                                 at most 65536 entries
 *   event map=INDEX key=HEX cpu=                   a perf event for bpf_perf_event_output, put into the map; the i-th is event i
 *   samples event=INDEX                            what was written to it
 *   netns                                          go on in a network namespace of the request's own; its lo is up
 *   socket type=1|2 address=HEX port= [to=HEX toport=]    bound; connected with to, otherwise a stream listens; only after netns
 *
 * In instructions, an ld_imm64 with src_reg 1 or 2 and imm = i gets the descriptor of map i; an i without map stays.
 * Every answer has "errno", 0 when the kernel agreed. Nothing is attached anywhere.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_SIZE (32u << 20)
#define OUT_SIZE (1u << 18)
#define MAX_OBJECTS 128
#define MAX_STEPS 65536
#define MAX_WORDS 24

/* Descriptors start here, so that a number in a program cannot name stdin or the like by accident. */
#define LOWEST_FD 100

static struct map { int fd; uint32_t type, key, value; } maps[MAX_OBJECTS];
static struct prog { int fd; uint32_t type; } progs[MAX_OBJECTS];
static int nmaps, nprogs, btf_fd = -1;
static char *verifier_log;
static unsigned char *out_buffer;

static char *words[MAX_WORDS];
static int nwords;

static int bpf(int cmd, union bpf_attr *a)
{
	return syscall(__NR_bpf, cmd, a, sizeof(*a));
}

/* The request cannot be served: half an answer may stand there, so this is a line of its own. */
static void fail(const char *why)
{
	printf("\n{\"died\":\"%s\"}\n", why);
	fflush(stdout);
	_exit(2);
}

/* The value of name=value in the current step, or NULL. */
static const char *word(const char *name)
{
	size_t n = strlen(name);

	for (int i = 1; i < nwords; i++)
		if (!strncmp(words[i], name, n) && words[i][n] == '=')
			return words[i] + n + 1;
	return NULL;
}

static long long number(const char *name, long long otherwise)
{
	const char *s = word(name);

	return s ? strtoll(s, NULL, 0) : otherwise;
}

static int hex_digit(int c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a hex value; memory is never given back, since the child ends with the request. */
static unsigned char *bytes(const char *name, size_t *length, size_t room)
{
	const char *s = word(name);
	size_t n = s ? strlen(s) / 2 : 0;
	unsigned char *b = calloc(1, (n > room ? n : room) + 8);

	if (!b)
		fail("out of memory");
	for (size_t i = 0; i < n; i++)
		b[i] = hex_digit(s[2 * i]) << 4 | hex_digit(s[2 * i + 1]);
	if (length)
		*length = n;
	return b;
}

static void put_hex(const char *name, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	printf(",\"%s\":\"", name);
	for (size_t i = 0; i < n; i++) {
		putchar_unlocked(digits[p[i] >> 4]);
		putchar_unlocked(digits[p[i] & 15]);
	}
	putchar('"');
}

static void put_text(const char *name, const char *s)
{
	printf(",\"%s\":\"", name);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 32 || c > 126)
			printf("\\u%04x", c);
		else
			putchar_unlocked(c);
	}
	putchar('"');
}

static int raise_fd(int fd)
{
	int high;

	if (fd < 0)
		return fd;
	high = syscall(__NR_fcntl, fd, 1030 /* F_DUPFD_CLOEXEC */, LOWEST_FD);
	close(fd);
	return high;
}

static void keep_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {};

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (uint32_t)(keep >> (32 * i));
	if (syscall(__NR_capset, &header, data))
		fail("cannot give up capabilities");
}

static struct map *the_map(void)
{
	long long i = number("map", -1);

	if (i < 0 || i >= nmaps)
		fail("no such map");
	return &maps[i];
}

static struct prog *the_prog(void)
{
	long long i = number("prog", -1);

	if (i < 0 || i >= nprogs)
		fail("no such program");
	return &progs[i];
}

/* Bytes of one value as user space sees it: per-CPU types give one for every possible CPU. */
static size_t value_bytes(const struct map *m)
{
	size_t one = m->value;

	if (m->type == BPF_MAP_TYPE_PERCPU_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_HASH || m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
		return ((one + 7) & ~(size_t)7) * sysconf(_SC_NPROCESSORS_CONF);
	return one < 4 ? 4 : one;
}

static void answer(int failed)
{
	printf("{\"errno\":%d", failed ? errno : 0);
}

static void do_map(void)
{
	union bpf_attr a = {};
	struct map *m = &maps[nmaps];

	if (nmaps == MAX_OBJECTS)
		fail("too many maps");
	a.map_type = m->type = number("type", 2);
	a.key_size = m->key = number("key", 4);
	a.value_size = m->value = number("value", 8);
	a.max_entries = number("entries", 1);
	a.map_flags = number("flags", 0);
	a.map_extra = number("extra", 0);
	if (word("inner"))
		a.inner_map_fd = maps[number("inner", 0)].fd;
	if (word("keytype") || word("valuetype")) {
		a.btf_fd = btf_fd;
		a.btf_key_type_id = number("keytype", 0);
		a.btf_value_type_id = number("valuetype", 0);
	}
	snprintf(a.map_name, sizeof(a.map_name), "m%d", nmaps);
	m->fd = raise_fd(bpf(BPF_MAP_CREATE, &a));
	answer(m->fd < 0);
	nmaps++;
}

static void do_btf(void)
{
	union bpf_attr a = {};
	size_t n;

	a.btf = (uintptr_t)bytes("data", &n, 0);
	a.btf_size = n;
	a.btf_log_level = 1;
	a.btf_log_buf = (uintptr_t)verifier_log;
	a.btf_log_size = 1 << 20;
	verifier_log[0] = 0;
	btf_fd = raise_fd(bpf(BPF_BTF_LOAD, &a));
	answer(btf_fd < 0);
	put_text("log", verifier_log);
}

static void do_load(int keep)
{
	union bpf_attr a = {};
	struct prog once, *p = keep ? &progs[nprogs] : &once;
	size_t n, nfunc, nline;
	unsigned char *insns = bytes("insns", &n, 0);
	unsigned char *func = bytes("func", &nfunc, 0), *line = bytes("line", &nline, 0);

	if (keep && nprogs == MAX_OBJECTS)
		fail("too many programs");
	for (size_t i = 0; i + 8 <= n; i += 8) {
		struct bpf_insn *insn = (void *)(insns + i);

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if ((insn->src_reg == 1 || insn->src_reg == 2) && insn->imm >= 0 && insn->imm < nmaps)
			insn->imm = maps[insn->imm].fd;
		i += 8;
	}
	a.prog_type = p->type = number("type", BPF_PROG_TYPE_XDP);
	a.expected_attach_type = number("attach", 0);
	a.insns = (uintptr_t)insns;
	a.insn_cnt = n / 8;
	/* bytes() leaves zeroes behind the text */
	a.license = (uintptr_t)(word("license") ? (char *)bytes("license", NULL, 0) : "GPL");
	a.prog_flags = number("flags", 0);
	snprintf(a.prog_name, sizeof(a.prog_name), "%s", word("name") ? word("name") : "judge");
	if (btf_fd >= 0 && number("btf", 1)) {
		a.prog_btf_fd = btf_fd;
		a.func_info_rec_size = 8;
		a.func_info = (uintptr_t)func;
		a.func_info_cnt = nfunc / 8;
		a.line_info_rec_size = 16;
		a.line_info = (uintptr_t)line;
		a.line_info_cnt = nline / 16;
	}
	a.log_level = keep ? number("level", 0) : 0;
	if (a.log_level) {
		a.log_size = LOG_SIZE;
		a.log_buf = (uintptr_t)verifier_log;
	}
	verifier_log[0] = 0;
	p->fd = bpf(BPF_PROG_LOAD, &a);
	if (!keep) {
		answer(p->fd < 0);
		if (p->fd >= 0)
			close(p->fd);
		free(insns);
		return;
	}
	p->fd = raise_fd(p->fd);
	answer(p->fd < 0);
	put_text("log", verifier_log);
	nprogs++;
}

static void do_run(void)
{
	struct prog *p = the_prog();
	union bpf_attr a = {};
	static unsigned char ctx_out[4096];
	size_t npacket, nctx;
	unsigned char *packet = bytes("packet", &npacket, 0), *ctx = bytes("ctx", &nctx, 0);
	int failed;

	a.test.prog_fd = p->fd;
	a.test.flags = number("flags", 0);
	if (word("cpu"))
		a.test.cpu = number("cpu", 0);
	/* These two take a context only: no packet, no repeat, no duration. */
	if (p->type != BPF_PROG_TYPE_RAW_TRACEPOINT && p->type != BPF_PROG_TYPE_SYSCALL) {
		a.test.data_in = (uintptr_t)packet;
		a.test.data_size_in = npacket;
		a.test.data_out = (uintptr_t)out_buffer;
		a.test.data_size_out = OUT_SIZE;
		a.test.repeat = number("repeat", 1);
	}
	if (word("ctx")) {
		a.test.ctx_in = (uintptr_t)ctx;
		a.test.ctx_size_in = nctx;
		if (p->type != BPF_PROG_TYPE_RAW_TRACEPOINT && p->type != BPF_PROG_TYPE_SYSCALL) {
			a.test.ctx_out = (uintptr_t)ctx_out;
			a.test.ctx_size_out = sizeof(ctx_out);
		}
	}
	failed = bpf(BPF_PROG_TEST_RUN, &a);
	answer(failed);
	if (failed)
		a.test.data_size_out = a.test.ctx_size_out = 0;
	printf(",\"retval\":%u,\"nanoseconds\":%u", a.test.retval, a.test.duration);
	put_hex("dataOut", out_buffer, a.test.data_size_out);
	put_hex("ctxOut", ctx_out, a.test.ctx_size_out);
	/* For these the kernel writes the context back in place. */
	if (p->type == BPF_PROG_TYPE_SYSCALL)
		put_hex("ctx", ctx, nctx);
}

static void do_info(void)
{
	struct prog *p = the_prog();
	static unsigned char xlated[8 << 20];
	struct bpf_prog_info info = {};
	union bpf_attr a = {};
	int failed;

	info.xlated_prog_insns = (uintptr_t)xlated;
	info.xlated_prog_len = sizeof(xlated);
	a.info.bpf_fd = p->fd;
	a.info.info = (uintptr_t)&info;
	a.info.info_len = sizeof(info);
	failed = bpf(BPF_OBJ_GET_INFO_BY_FD, &a);
	answer(failed);
	put_hex("xlated", xlated, failed ? 0 : info.xlated_prog_len);
	printf(",\"jitedBytes\":%u,\"verifiedInstructions\":%u", info.jited_prog_len, info.verified_insns);
}

/* lookup, delete, take, next, freeze */
static void do_element(int cmd)
{
	struct map *m = the_map();
	union bpf_attr a = {};
	unsigned char *key = bytes("key", NULL, m->key + 8), *value = calloc(1, value_bytes(m) + m->key + 8);
	int failed;

	a.map_fd = m->fd;
	if (cmd != BPF_MAP_FREEZE) {
		/* queues and stacks have no key; get_next_key's NULL asks for the first */
		a.key = m->key && word("key") ? (uintptr_t)key : 0;
		a.value = cmd == BPF_MAP_DELETE_ELEM ? 0 : (uintptr_t)value;
		a.flags = number("flags", 0);
		if (cmd == BPF_MAP_GET_NEXT_KEY || cmd == BPF_MAP_DELETE_ELEM)
			a.flags = 0;
	}
	failed = bpf(cmd, &a);
	answer(failed);
	if (cmd == BPF_MAP_GET_NEXT_KEY)
		put_hex("key", value, failed ? 0 : m->key);
	else if (cmd == BPF_MAP_LOOKUP_ELEM || cmd == BPF_MAP_LOOKUP_AND_DELETE_ELEM) {
		size_t n = value_bytes(m);

		put_hex("value", value, failed ? 0 : n < m->value || n == 4 ? m->value : n);
	}
}

static void do_update(void)
{
	struct map *m = the_map();
	union bpf_attr a = {};
	unsigned char *key = bytes("key", NULL, m->key + 8), *value;
	const char *text = word("value");
	int fd = -1;

	if (text && !strncmp(text, "prog:", 5))
		fd = progs[atoi(text + 5)].fd;
	else if (text && !strncmp(text, "map:", 4))
		fd = maps[atoi(text + 4)].fd;
	if (fd >= 0) {
		value = calloc(1, value_bytes(m) + 8);
		memcpy(value, &fd, sizeof(fd));
	} else {
		value = bytes("value", NULL, value_bytes(m) + 8);
	}
	a.map_fd = m->fd;
	a.key = m->key ? (uintptr_t)key : 0;
	a.value = (uintptr_t)value;
	a.flags = number("flags", 0);
	answer(bpf(BPF_MAP_UPDATE_ELEM, &a));
}

static void do_dump(void)
{
	struct map *m = the_map();
	unsigned char *key = calloc(1, m->key + 8), *next = calloc(1, m->key + 8), *value = calloc(1, value_bytes(m) + 8);
	size_t n = value_bytes(m);
	int first = 1;

	if (n == 4)
		n = m->value;
	printf("{\"errno\":0,\"entries\":[");
	for (int shown = 0; shown < 65536; shown++) {
		union bpf_attr a = {};

		a.map_fd = m->fd;
		a.key = first ? 0 : (uintptr_t)key;
		a.next_key = (uintptr_t)next;
		if (bpf(BPF_MAP_GET_NEXT_KEY, &a))
			break;
		memcpy(key, next, m->key);
		memset(&a, 0, sizeof(a));
		a.map_fd = m->fd;
		a.key = (uintptr_t)key;
		a.value = (uintptr_t)value;
		printf("%s{\"errno\":%d", first ? "" : ",", bpf(BPF_MAP_LOOKUP_ELEM, &a) ? errno : 0);
		put_hex("key", key, m->key);
		put_hex("value", value, n);
		putchar('}');
		first = 0;
	}
	putchar(']');
}

static void do_caps(void)
{
	const char *set = word("set");

	if (set && !strcmp(set, "bpf"))
		keep_capabilities(1ull << CAP_BPF | 1ull << CAP_NET_ADMIN);
	answer(0);
}

#define EVENT_PAGES 8
static struct perf_event_mmap_page *events[MAX_OBJECTS];
static int nevents;

static void do_event(void)
{
	struct perf_event_attr event = { .size = sizeof(event) };
	struct map *m = the_map();
	union bpf_attr a = {};
	int fd;

	if (nevents == MAX_OBJECTS)
		fail("too many events");
	event.type = PERF_TYPE_SOFTWARE;
	event.config = PERF_COUNT_SW_BPF_OUTPUT;
	event.sample_type = PERF_SAMPLE_RAW;
	event.wakeup_events = 1;
	fd = raise_fd(syscall(__NR_perf_event_open, &event, -1, (int)number("cpu", 0), -1, PERF_FLAG_FD_CLOEXEC));
	if (fd < 0)
		return answer(1);
	events[nevents] = mmap(NULL, (EVENT_PAGES + 1) * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (events[nevents++] == MAP_FAILED)
		return answer(1);
	a.map_fd = m->fd;
	a.key = (uintptr_t)bytes("key", NULL, m->key + 8);
	a.value = (uintptr_t)&fd;
	answer(bpf(BPF_MAP_UPDATE_ELEM, &a));
}

static void do_samples(void)
{
	static unsigned char record[65536];
	long long i = number("event", -1);
	struct perf_event_mmap_page *page;
	unsigned char *data;
	uint64_t at, end;
	int first = 1;

	if (i < 0 || i >= nevents)
		fail("no such event");
	page = events[i];
	data = (unsigned char *)page + 4096;
	at = page->data_tail;
	end = page->data_head;
	__sync_synchronize();
	answer(0);
	printf(",\"samples\":[");
	while (at < end) {
		struct perf_event_header *header = (void *)record;

		for (uint64_t n = 0; n < sizeof(*header); n++)
			record[n] = data[(at + n) % (EVENT_PAGES * 4096)];
		for (uint64_t n = sizeof(*header); n < header->size; n++)
			record[n] = data[(at + n) % (EVENT_PAGES * 4096)];
		at += header->size;
		if (header->type != PERF_RECORD_SAMPLE)
			continue;
		printf("%s\"", first ? "" : ",");
		for (uint32_t n = 0; n < *(uint32_t *)(record + 8); n++)
			printf("%02x", record[12 + n]);
		putchar('"');
		first = 0;
	}
	putchar(']');
	page->data_tail = end;
}

static int own_network;

static void do_netns(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, failed = unshare(CLONE_NEWNET);

	if (!failed) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		failed = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo);
		close(fd);
		own_network = !failed;
	}
	answer(failed);
}

/* 4 or 16 bytes and a port as a socket address; its length. */
static socklen_t socket_address(struct sockaddr_storage *to, const char *name, int port)
{
	size_t n;
	unsigned char *b = bytes(name, &n, 16);
	struct sockaddr_in *in = (void *)to;
	struct sockaddr_in6 *in6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (n == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, b, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, b, 16);
	return sizeof(*in6);
}

/* Closed when the request is answered, like everything else. */
static void do_socket(void)
{
	struct sockaddr_storage own, peer;
	socklen_t n = socket_address(&own, "address", number("port", 0));
	int type = number("type", SOCK_DGRAM), on = 1, fd, failed;

	if (!own_network)
		fail("a socket wants a network namespace of its own");
	fd = raise_fd(socket(own.ss_family, type, 0));
	failed = fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) || bind(fd, (void *)&own, n);
	if (!failed && word("to")) {
		n = socket_address(&peer, "to", number("toport", 0));
		failed = connect(fd, (void *)&peer, n);
	} else if (!failed && type == SOCK_STREAM) {
		failed = listen(fd, 8);
	}
	answer(failed);
}

static void do_step(char *line)
{
	nwords = 0;
	for (char *save, *w = strtok_r(line, " ", &save); w && nwords < MAX_WORDS; w = strtok_r(NULL, " ", &save))
		words[nwords++] = w;
	if (!nwords)
		fail("empty step");
	errno = 0;
	if (!strcmp(words[0], "caps"))
		do_caps();
	else if (!strcmp(words[0], "btf"))
		do_btf();
	else if (!strcmp(words[0], "map"))
		do_map();
	else if (!strcmp(words[0], "load"))
		do_load(1);
	else if (!strcmp(words[0], "verdict"))
		do_load(0);
	else if (!strcmp(words[0], "run"))
		do_run();
	else if (!strcmp(words[0], "info"))
		do_info();
	else if (!strcmp(words[0], "lookup"))
		do_element(BPF_MAP_LOOKUP_ELEM);
	else if (!strcmp(words[0], "delete"))
		do_element(BPF_MAP_DELETE_ELEM);
	else if (!strcmp(words[0], "take"))
		do_element(BPF_MAP_LOOKUP_AND_DELETE_ELEM);
	else if (!strcmp(words[0], "next"))
		do_element(BPF_MAP_GET_NEXT_KEY);
	else if (!strcmp(words[0], "freeze"))
		do_element(BPF_MAP_FREEZE);
	else if (!strcmp(words[0], "update"))
		do_update();
	else if (!strcmp(words[0], "dump"))
		do_dump();
	else if (!strcmp(words[0], "event"))
		do_event();
	else if (!strcmp(words[0], "samples"))
		do_samples();
	else if (!strcmp(words[0], "netns"))
		do_netns();
	else if (!strcmp(words[0], "socket"))
		do_socket();
	else
		fail("unknown step");
	putchar('}');
}

int main(void)
{
	static char *steps[MAX_STEPS];
	struct rlimit inf = { RLIM_INFINITY, RLIM_INFINITY };
	int nsteps = 0;

	/* Only kernels before 5.11 count maps and programs against this limit; refusal is no harm on later ones. */
	setrlimit(RLIMIT_MEMLOCK, &inf);
	verifier_log = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	out_buffer = mmap(NULL, OUT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (verifier_log == MAP_FAILED || out_buffer == MAP_FAILED)
		fail("out of memory");

	for (;;) {
		char *line = NULL;
		size_t room = 0;
		ssize_t n = getline(&line, &room, stdin);
		int status;
		pid_t pid;

		if (n < 0)
			return 0;
		if (n && line[n - 1] == '\n')
			line[n - 1] = 0;
		if (strcmp(line, ".")) {
			if (nsteps == MAX_STEPS)
				fail("too many steps");
			steps[nsteps++] = line;
			continue;
		}
		free(line);
		fflush(stdout);
		pid = fork();
		if (pid < 0)
			fail("cannot fork");
		if (!pid) {
			putchar('[');
			for (int i = 0; i < nsteps; i++) {
				if (i)
					putchar(',');
				do_step(steps[i]);
			}
			printf("]\n");
			fflush(stdout);
			_exit(0);
		}
		/* A child that failed has said why; one that was killed has left half a line and nothing else. */
		if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
			printf("\n{\"died\":\"status %d\"}\n", status);
		fflush(stdout);
		while (nsteps)
			free(steps[--nsteps]);
	}
}
