#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Boots the distribution's kernel in qemu, loads the modules there and pings. Touches nothing outside BUILD (default: ./build); no module
# is loaded on this machine, and root is not needed.
set -eu
cd "$(dirname "$0")"

BUILD=${BUILD:-$PWD/build}
release=$(basename "$KERNEL" | sed 's/^linux-headers-//')
lack() {
	echo "try.sh: $1 is missing: $2" >&2
	exit 2
}
for tool in cpio qemu-system-x86_64; do
	command -v $tool >/dev/null || lack $tool "sudo apt install cpio qemu-system-x86"
done
[ -x /bin/busybox ] && /bin/busybox --list | grep -qx nsenter || lack busybox "sudo apt install busybox-static"

mkdir -p "$BUILD"
# The kernel's image goes into BUILD, it is not installed.
if [ ! -d "$BUILD/image/boot" ]; then
	(cd "$BUILD" && apt-get download "linux-image-$release") || lack "linux-image-$release" "apt-get download linux-image-$release"
	dpkg -x "$BUILD/linux-image-$release"*.deb "$BUILD/image"
fi
root=$BUILD/root
rm -rf "$root" && mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/modules"
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
cp drop.ko null-bug.ko "$(find "$BUILD/image" -name veth.ko | head -n 1)" "$root/modules"
cp init "$root/init" && chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$BUILD/initramfs.gz"

timeout 180 qemu-system-x86_64 -accel tcg -cpu qemu64 -m 512 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-nic none -kernel "$BUILD/image/boot/vmlinuz-$release" -initrd "$BUILD/initramfs.gz" \
	-append "console=ttyS0 panic=-1 nokaslr quiet loglevel=7" </dev/null | tr -d '\r' | sed -n '/booted:/,$p' | tee "$BUILD/try.log"

# lost SOURCE WHEN: how many per cent of those pings got no answer
lost() { sed -n "/^ping from $1 ($2)/,/packet loss/s/.* \([0-9]*\)% packet loss.*/\1/p" "$BUILD/try.log"; }
said="$(lost 10.2.2.1 before) $(lost 10.2.2.3 before) $(lost 10.2.2.1 loaded) $(lost 10.2.2.3 loaded) $(lost 10.2.2.1 after) $(lost 10.2.2.3 after)"
echo
printf '%-10s %14s %14s\n' module 'from 10.2.2.1' 'from 10.2.2.3'
for when in before loaded after; do
	printf '%-10s %9s lost %9s lost\n' $when "$(lost 10.2.2.1 $when)%" "$(lost 10.2.2.3 $when)%"
done
if [ "$said" != "0 0 100 0 0 0" ] || grep -q 'still alive' "$BUILD/try.log" || ! grep -q 'Fatal exception in interrupt' "$BUILD/try.log"; then
	echo "This is not what the modules are for: expected 0% 0%, 100% 0%, 0% 0%, and a panic with null-bug." >&2
	exit 1
fi
