#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What does this kernel say about each object? sh load.sh BPFTOOL OBJECT…
set -eu
bpftool=$1
shift
pin=/sys/fs/bpf/meet-ebpf-three-ways-$$
for object in "$@"; do
	if said=$("$bpftool" prog load "$object" "$pin" 2>&1); then
		rm "$pin"
		echo "$object: accepted"
	else
		# The last line before the statistics is the verifier's reason.
		echo "$object: refused: $(echo "$said" | grep -B 1 '^processed' | head -n 1)"
	fi
done
