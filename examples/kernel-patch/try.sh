#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boots Linux twice in qemu, without the patch and with it, and pings the same machine both times. Touches nothing
# outside BUILD (default: ./build): no module is loaded here, no kernel installed, and root is not needed.
set -eu
cd "$(dirname "$0")"

VERSION=6.1
SOURCE=${KERNEL_SOURCE:-/usr/src/linux-source-$VERSION.tar.xz}
BUILD=${BUILD:-$PWD/build}
JOBS=${JOBS:-$(nproc)}
here=$PWD
tree=$BUILD/linux
patch=$here/0001-ipv4-drop-packets-from-10.2.2.1.patch

lack() {
	echo "try.sh: $1 is missing: $2" >&2
	exit 2
}
for tool in gcc make bc bison flex cpio patch qemu-system-x86_64; do
	command -v $tool >/dev/null || lack $tool "sudo apt install gcc make bc bison flex cpio patch libelf-dev libssl-dev qemu-system-x86"
done
[ -x /bin/busybox ] && /bin/busybox --list | grep -qx nsenter || lack busybox "sudo apt install busybox-static"
[ -f "$SOURCE" ] || lack "$SOURCE" "sudo apt install linux-source-$VERSION, or KERNEL_SOURCE=linux-$VERSION.y.tar.xz"

mkdir -p "$BUILD"
if [ ! -f "$tree/Makefile" ]; then
	echo "unpacking $SOURCE (1.5 GB)"
	rm -rf "$tree" && mkdir "$tree"
	tar -xf "$SOURCE" -C "$tree" --strip-components 1
fi
make -s -C "$tree" kernelversion

# An interrupted run may have left the patch in the tree: the first boot is always without it.
if patch -d "$tree" -p1 -R --dry-run -s -f <"$patch" >/dev/null 2>&1; then patch -d "$tree" -p1 -R -s <"$patch"; fi

root=$BUILD/root
rm -rf "$root" && mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev"
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
cp init "$root/init" && chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$BUILD/initramfs.gz"

if [ ! -f "$BUILD/objects/.config" ]; then
	mkdir -p "$BUILD/objects"
	make -s -C "$tree" O="$BUILD/objects" tinyconfig >/dev/null
	"$tree/scripts/kconfig/merge_config.sh" -m -O "$BUILD/objects" "$BUILD/objects/.config" kernel.config >/dev/null
	make -s -C "$tree" O="$BUILD/objects" olddefconfig
fi

# build_and_boot NAME: what the machine says on its serial line is kept in BUILD/NAME.log
build_and_boot() {
	echo "building ($1)"
	make -s -C "$tree" O="$BUILD/objects" -j"$JOBS" bzImage >"$BUILD/$1.build.log" 2>&1 ||
		{ tail -n 20 "$BUILD/$1.build.log" >&2; exit 1; }
	echo "booting ($1)"
	timeout 180 qemu-system-x86_64 -accel tcg -cpu qemu64 -m 256 -nodefaults -no-user-config -display none \
		-serial stdio -no-reboot -nic none -kernel "$BUILD/objects/arch/x86/boot/bzImage" \
		-initrd "$BUILD/initramfs.gz" -append "console=ttyS0 panic=-1 quiet loglevel=7 tsc=reliable i8042.noaux i8042.nokbd" </dev/null |
		tr -d '\r' | sed -n '/booted:/,$p' >"$BUILD/$1.log"
	cat "$BUILD/$1.log"
}

# lost NAME SOURCE: how many per cent of the pings from SOURCE got no answer in that boot
lost() { sed -n "/^ping from $2/,/packet loss/s/.* \([0-9]*\)% packet loss.*/\1/p" "$BUILD/$1.log"; }

build_and_boot unpatched
patch -d "$tree" -p1 <"$patch"
build_and_boot patched
patch -d "$tree" -p1 -R -s <"$patch"

echo
printf '%-10s %14s %14s\n' kernel 'from 10.2.2.1' 'from 10.2.2.3'
for kernel in unpatched patched; do
	printf '%-10s %9s lost %9s lost\n' $kernel "$(lost $kernel 10.2.2.1)%" "$(lost $kernel 10.2.2.3)%"
done
if [ "$(lost unpatched 10.2.2.1) $(lost unpatched 10.2.2.3) $(lost patched 10.2.2.1) $(lost patched 10.2.2.3)" != "0 0 100 0" ]; then
	echo "This is not what the patch is for: expected 0%, 0%, 100%, 0%." >&2
	exit 1
fi
