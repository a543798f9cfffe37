// SPDX-License-Identifier: MIT
// What does libbpf make of an object? It is loaded as a whole, then every program by itself; printed are the errno and the instructions as libbpf had
// made them ready (relocated, before the kernel rewrites them). Built and read by objects.ts.
//   objects OBJECT [BTF]      BTF: the kernel types to relocate against, instead of the running kernel's
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, arguments);
}

static struct bpf_object *open_object(const char *path, const char *types)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types);

	return bpf_object__open_file(path, &options);
}

int main(int count, char **words)
{
	const char *types = count > 2 ? words[2] : NULL;
	struct bpf_object *object;
	struct bpf_program *program;
	int programs = 0;

	if (count < 2)
		return 2;
	libbpf_set_print(print);
	object = open_object(words[1], types);
	if (!object) {
		printf("open %d\n", -errno);
		return 0;
	}
	bpf_object__for_each_program(program, object)
		programs++;
	printf("open 0\n");
	fprintf(stderr, "== \n");
	printf("load %d\n", bpf_object__load(object));
	bpf_object__close(object);

	for (int wanted = 0; wanted < programs; wanted++) {
		struct bpf_program *chosen = NULL;
		int i = 0;

		object = open_object(words[1], types);
		if (!object)
			return 1;
		bpf_object__for_each_program(program, object) {
			bpf_program__set_autoload(program, i == wanted);
			if (i++ == wanted)
				chosen = program;
		}
		fprintf(stderr, "== %s\n", bpf_program__name(chosen));
		int error = bpf_object__load(object);
		const unsigned char *bytes = (const void *)bpf_program__insns(chosen);
		size_t size = bpf_program__insn_cnt(chosen) * 8;

		printf("program %s %s %d ", bpf_program__name(chosen), bpf_program__section_name(chosen), error);
		for (size_t at = 0; at < size; at++)
			printf("%02x", bytes[at]);
		printf("\n");
		bpf_object__close(object);
	}
	return 0;
}
