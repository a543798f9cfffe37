#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Says what an example needs on this machine and what is missing. Changes nothing.
clang=$1 bpftool=$2 cc=$3 missing=0

have() { printf '  ok       %s\n' "$1"; }
lack() {
	printf '  missing  %s: %s\n' "$1" "$2"
	missing=1
}

[ "$(uname -s)" = Linux ] && have "Linux $(uname -r) on $(uname -m)" || lack Linux "eBPF needs a Linux kernel; see README.md for WSL2 and Lima"
[ -n "$clang" ] && have "$("$clang" --version | head -n 1)" || lack clang "apt install clang, dnf install clang"
if [ -n "$clang" ] && ! "$clang" -print-targets 2>/dev/null | grep -q bpf; then
	lack "clang's bpf target" "this clang was built without it; install your distribution's clang"
fi
[ -n "$bpftool" ] && have "$("$bpftool" version 2>/dev/null | head -n 1)" || lack bpftool "apt install bpftool, dnf install bpftool"
command -v "$cc" >/dev/null 2>&1 && have "C compiler: $cc" || lack "C compiler" "apt install gcc, dnf install gcc"
[ -f /usr/include/bpf/bpf_helpers.h ] && have "libbpf headers" || lack "libbpf headers" "apt install libbpf-dev, dnf install libbpf-devel"
[ -f /usr/include/linux/bpf.h ] && have "kernel headers for user space" || lack "linux/bpf.h" "apt install linux-libc-dev, dnf install kernel-headers"
command -v ip >/dev/null 2>&1 && have "$(ip -V)" || lack iproute2 "apt install iproute2, dnf install iproute"

# Kernel options: read where the distribution keeps them; a kernel that does not say is not held against it.
config=/boot/config-$(uname -r)
options() { if [ -r "$config" ]; then cat "$config"; elif [ -r /proc/config.gz ]; then zcat /proc/config.gz; fi; }
if [ -n "$(options | head -n 1)" ]; then
	for option in CONFIG_BPF_SYSCALL CONFIG_BPF_JIT CONFIG_DEBUG_INFO_BTF CONFIG_VETH CONFIG_NET_CLS_BPF; do
		if options | grep -q "^$option=[ym]"; then have "$option"; else lack "$option" "this kernel was built without it"; fi
	done
else
	printf '  unknown  kernel options (neither %s nor /proc/config.gz can be read)\n' "$config"
fi
[ -r /sys/kernel/btf/vmlinux ] && have "the kernel's BTF" || lack "the kernel's BTF" "/sys/kernel/btf/vmlinux is not there (CONFIG_DEBUG_INFO_BTF)"
[ "$(id -u)" = 0 ] && have "root" || printf '  note     loading programs needs root: use sudo\n'

[ "$missing" = 0 ] && echo "Everything that the examples need is here." || echo "Install what is missing, then run make check again."
exit "$missing"
