#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Boots the distribution's kernel in qemu, once for each module with a mistake, loads it there and pings. Touches nothing outside BUILD
# (default: ./build); no module is loaded on this machine, and root is not needed. `sh try.sh NAME…` tries only those.
set -eu
cd "$(dirname "$0")"

BUILD=${BUILD:-$PWD/build}
release=$(basename "$KERNEL" | sed 's/^linux-headers-//')
lack() {
	echo "try.sh: $1 is missing: $2" >&2
	exit 2
}
for tool in cpio gcc qemu-system-x86_64; do
	command -v $tool >/dev/null || lack $tool "sudo apt install cpio gcc qemu-system-x86"
done
[ -x /bin/busybox ] && /bin/busybox --list | grep -qx nsenter || lack busybox "sudo apt install busybox-static"

mkdir -p "$BUILD"
# The kernel's image goes into BUILD, it is not installed.
if [ ! -d "$BUILD/image/boot" ]; then
	(cd "$BUILD" && apt-get download "linux-image-$release") || lack "linux-image-$release" "apt-get download linux-image-$release"
	dpkg -x "$BUILD/linux-image-$release"*.deb "$BUILD/image"
fi
root=$BUILD/root
rm -rf "$root" && mkdir -p "$root/bin" "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/modules"
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
cp ./*.ko "$(find "$BUILD/image" -name veth.ko | head -n 1)" "$root/modules"
gcc -static -O2 -o "$root/bin/attack" attack.c
printf 'root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
cp init "$root/init" && chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$BUILD/initramfs.gz"

# boot NAME: what the machine says on its serial line is kept in BUILD/NAME.log. slub_debug=P: memory that was given back is filled
# with 6b, as careful machines have it; watchdog_thresh=4: a processor counts as stuck after 8 s, not 20.
boot() {
	timeout 240 qemu-system-x86_64 -accel tcg -cpu qemu64 -m 512 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
		-nic none -kernel "$BUILD/image/boot/vmlinuz-$release" -initrd "$BUILD/initramfs.gz" \
		-append "console=ttyS0 panic=-1 nokaslr quiet loglevel=7 try=$1 ${2:-}" </dev/null | tr -d '\r' | sed -n '/booted:/,$p' | tee "$BUILD/$1.log"
}
# lost NAME SOURCE WHEN: how many per cent of those pings got no answer
lost() { sed -n "/^ping from $2 ($3)/,/packet loss/s/.* \([0-9]*\)% packet loss.*/\1/p" "$BUILD/$1.log"; }
failed=0
expect() {
	if [ "$2" != "$3" ]; then
		echo "This is not what $1 is for: expected \"$2\", got \"$3\"." >&2
		failed=1
	fi
}
# says NAME TEXT: is it in the log?
says() { grep -q -e "$2" "$BUILD/$1.log" && echo yes || echo no; }

try_null_bug() {
	boot null-bug
	echo
	printf '%-10s %14s %14s\n' module 'from 10.2.2.1' 'from 10.2.2.3'
	for when in before loaded after; do
		printf '%-10s %9s lost %9s lost\n' $when "$(lost null-bug 10.2.2.1 $when)%" "$(lost null-bug 10.2.2.3 $when)%"
	done
	for when in before loaded after; do
		said="${said:-} $(lost null-bug 10.2.2.1 $when) $(lost null-bug 10.2.2.3 $when)"
	done
	expect drop ' 0 0 100 0 0 0' "$said"
	expect null-bug 'no yes' "$(says null-bug 'still alive') $(says null-bug 'Fatal exception in interrupt')"
}
try_use_after_free() {
	boot use-after-free slub_debug=P
	expect use-after-free 'no yes yes' "$(says use-after-free 'still alive') $(says use-after-free '6b6b6b6b6b6b') $(says use-after-free 'Fatal exception in interrupt')"
}
try_wild_write() {
	boot wild-write
	expect wild-write '100 0 0 0' "$(lost wild-write 10.2.2.1 bug) $(lost wild-write 10.2.2.3 bug) $(lost wild-write 10.2.2.1 then) $(lost wild-write 10.2.2.3 then)"
	expect wild-write 'yes no' "$(says wild-write 'still alive') $(says wild-write 'Oops:')"
}
try_endless_loop() {
	boot endless-loop 'watchdog_thresh=4 softlockup_panic=1'
	expect endless-loop 'no yes' "$(says endless-loop 'still alive') $(says endless-loop 'soft lockup')"
}
try_secret() {
	boot secret
	expect secret 'yes yes yes' "$(says secret 'attack: uid 1000') $(says secret 'the key of this machine') $(says secret 'attack: uid 0')"
}
for name in ${*:-null-bug use-after-free wild-write endless-loop secret}; do
	echo "=== $name"
	"try_$(echo "$name" | tr - _)"
done
exit $failed
