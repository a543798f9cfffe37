# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Shared by every example: how NAME.bpf.c becomes an object, a skeleton and a loader, on any architecture.
# An example's Makefile sets PROGRAM (the loader's name) and BPF (its .bpf.c without the ending), then includes this.

CLANG    ?= $(firstword $(foreach c,clang clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15,$(shell command -v $(c) 2>/dev/null)))
CC       ?= cc
BPFTOOL  ?= $(firstword $(shell command -v bpftool 2>/dev/null) $(wildcard /usr/sbin/bpftool))
MACHINE  := $(shell uname -m)
# Debian keeps asm/types.h in a folder by architecture; elsewhere the answer is empty and the flag falls away.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS := -O2 -g -Wall -target bpf -D__$(MACHINE)__ $(if $(MULTIARCH),-I/usr/include/$(MULTIARCH))

.PHONY: all clean check
all: $(PROGRAM)

%.bpf.o: %.bpf.c
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BPF).skel.h: $(BPF).bpf.o
	$(BPFTOOL) gen skeleton $< name $(BPF) > $@

$(PROGRAM): $(PROGRAM).c $(BPF).skel.h
	$(CC) -O2 -Wall $< -o $@ -lbpf -lelf -lz

clean:
	rm -f *.bpf.o *.skel.h $(PROGRAM)

check:
	@sh ../check.sh "$(CLANG)" "$(BPFTOOL)" "$(CC)"
