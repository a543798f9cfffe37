// SPDX-License-Identifier: MIT
// Runs the one program of each object that it is told of, thousands in one process: libbpf loads, the kernel runs it over packets.
//   in   OBJECT HEX HEX …                      a line: the file, the packets
//   out  accepted RETVAL:HEX RETVAL:HEX …      a line: what each run returned and left in the packet; or
//        refused ERRNO HEX                     what libbpf printed, with the kernel's log
// Built and read by runs.ts.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char messages[1 << 16];
static size_t written;

/* keeps the end, where the kernel says why */
static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	static char text[1 << 20];
	int length;
	size_t kept;

	if (level == LIBBPF_DEBUG)
		return 0;
	length = vsnprintf(text, sizeof(text), format, arguments);
	if (length < 0)
		return 0;
	if ((size_t)length >= sizeof(text))
		length = sizeof(text) - 1;
	kept = (size_t)length < sizeof(messages) ? (size_t)length : sizeof(messages);
	if (written + kept > sizeof(messages)) {
		size_t drop = written + kept - sizeof(messages);

		memmove(messages, messages + drop, written - drop);
		written -= drop;
	}
	memcpy(messages + written, text + length - kept, kept);
	written += kept;
	return length;
}

static void print_hex(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

static void run(int fd, const char *packet)
{
	unsigned char in[2048], out[4096];
	size_t size = strlen(packet) / 2;
	int error;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in, .data_out = out, .data_size_out = sizeof(out), .repeat = 1);
	if (size > sizeof(in))
		size = sizeof(in);
	for (size_t i = 0; i < size; i++) {
		unsigned int byte = 0;

		sscanf(packet + 2 * i, "%2x", &byte);
		in[i] = byte;
	}
	options.data_size_in = size;
	error = bpf_prog_test_run_opts(fd, &options);
	if (error)
		printf(" error%d:", -errno);
	else
		printf(" %x:", options.retval);
	print_hex(out, error ? 0 : options.data_size_out);
}

static void answer(char *line)
{
	struct bpf_program *program;
	struct bpf_object *object;
	char *rest, *word = strtok_r(line, " \n", &rest);
	int error = 0;

	if (!word)
		return;
	written = 0;
	object = bpf_object__open_file(word, NULL);
	if (!object)
		error = -errno;
	else
		error = bpf_object__load(object);
	program = object ? bpf_object__next_program(object, NULL) : NULL;
	if (error || !program) {
		printf("refused %d ", error);
		print_hex((const unsigned char *)messages, written);
	} else {
		printf("accepted");
		while ((word = strtok_r(NULL, " \n", &rest)))
			run(bpf_program__fd(program), word);
	}
	printf("\n");
	fflush(stdout);
	bpf_object__close(object);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;

	libbpf_set_print(print);
	while (getline(&line, &room, stdin) > 0)
		answer(line);
	return 0;
}
