// linux/types.h and the small headers around it.

const TYPES = `#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef unsigned __poll_t;
typedef long __kernel_long_t;
typedef unsigned long __kernel_ulong_t;
typedef int __kernel_pid_t;
typedef unsigned int __kernel_uid32_t;
typedef unsigned int __kernel_gid32_t;
typedef __kernel_ulong_t __kernel_size_t;
typedef __kernel_long_t __kernel_ssize_t;
typedef long long __kernel_loff_t;
typedef long long __kernel_time64_t;
typedef unsigned short __kernel_sa_family_t;
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_be64 __be64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
#define __bitwise
#endif
`;

const STDDEF = `#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __struct_group(TAG, NAME, ATTRS, MEMBERS...) \\
	union { \\
		struct { MEMBERS } ATTRS; \\
		struct TAG { MEMBERS } ATTRS NAME; \\
	} ATTRS
#define __DECLARE_FLEX_ARRAY(TYPE, NAME) \\
	struct { \\
		struct { } __empty_ ## NAME; \\
		TYPE NAME[]; \\
	}
#endif
`;

const BYTEORDER = `#ifndef _ASM_BYTEORDER_H
#define _ASM_BYTEORDER_H
#include <linux/types.h>
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN 1234
#endif
#ifndef __LITTLE_ENDIAN_BITFIELD
#define __LITTLE_ENDIAN_BITFIELD
#endif
#define __constant_htonl(x) ((__be32)__builtin_bswap32((__u32)(x)))
#define __constant_ntohl(x) __builtin_bswap32((__be32)(x))
#define __constant_htons(x) ((__be16)__builtin_bswap16((__u16)(x)))
#define __constant_ntohs(x) __builtin_bswap16((__be16)(x))
#define __constant_cpu_to_be64(x) ((__be64)__builtin_bswap64((__u64)(x)))
#define __cpu_to_le64(x) ((__le64)(__u64)(x))
#define __le64_to_cpu(x) ((__u64)(__le64)(x))
#define __cpu_to_le32(x) ((__le32)(__u32)(x))
#define __le32_to_cpu(x) ((__u32)(__le32)(x))
#define __cpu_to_le16(x) ((__le16)(__u16)(x))
#define __le16_to_cpu(x) ((__u16)(__le16)(x))
#define __cpu_to_be64(x) ((__be64)__builtin_bswap64((__u64)(x)))
#define __be64_to_cpu(x) __builtin_bswap64((__u64)(__be64)(x))
#define __cpu_to_be32(x) ((__be32)__builtin_bswap32((__u32)(x)))
#define __be32_to_cpu(x) __builtin_bswap32((__u32)(__be32)(x))
#define __cpu_to_be16(x) ((__be16)__builtin_bswap16((__u16)(x)))
#define __be16_to_cpu(x) __builtin_bswap16((__u16)(__be16)(x))
#endif
`;

const SWAB = `#ifndef _LINUX_SWAB_H
#define _LINUX_SWAB_H
#include <linux/types.h>
#define __swab16(x) ((__u16)__builtin_bswap16((__u16)(x)))
#define __swab32(x) ((__u32)__builtin_bswap32((__u32)(x)))
#define __swab64(x) ((__u64)__builtin_bswap64((__u64)(x)))
#endif
`;

const CONST = `#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H
#define __AC(X, Y) (X ## Y)
#define _AC(X, Y) __AC(X, Y)
#define _UL(x) (_AC(x, UL))
#define _ULL(x) (_AC(x, ULL))
#define _BITUL(x) (_UL(1) << (x))
#define _BITULL(x) (_ULL(1) << (x))
#endif
`;

const CLOCKS =
  'REALTIME MONOTONIC PROCESS_CPUTIME_ID THREAD_CPUTIME_ID MONOTONIC_RAW REALTIME_COARSE MONOTONIC_COARSE BOOTTIME'.split(
    ' ',
  );

const TIME = [
  '#ifndef _LINUX_TIME_H',
  '#define _LINUX_TIME_H',
  ...CLOCKS.map((name, i) => `#define CLOCK_${name} ${i}`),
  '#endif',
  '',
].join('\n');

const ERRNO_NAMES =
  'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP'.split(
    ' ',
  );

const MORE_ERRNO: Readonly<Record<string, number>> = {
  EWOULDBLOCK: 11, ENOMSG: 42, ENODATA: 61, ETIME: 62, EPROTO: 71, EBADMSG: 74, EOVERFLOW: 75, EILSEQ: 84, EUSERS: 87, ENOTSOCK: 88, EDESTADDRREQ: 89,
  EMSGSIZE: 90, EPROTOTYPE: 91, ENOPROTOOPT: 92, EPROTONOSUPPORT: 93, EOPNOTSUPP: 95, EAFNOSUPPORT: 97, EADDRINUSE: 98, EADDRNOTAVAIL: 99,
  ENETDOWN: 100, ENETUNREACH: 101, ECONNABORTED: 103, ECONNRESET: 104, ENOBUFS: 105, EISCONN: 106, ENOTCONN: 107, ETIMEDOUT: 110,
  ECONNREFUSED: 111, EHOSTDOWN: 112, EHOSTUNREACH: 113, EALREADY: 114, EINPROGRESS: 115, ESTALE: 116, EDQUOT: 122, ECANCELED: 125,
}; // prettier-ignore

const ERRNO = [
  '#ifndef _LINUX_ERRNO_H',
  '#define _LINUX_ERRNO_H',
  ...ERRNO_NAMES.map((name, i) => `#define ${name} ${i + 1}`),
  ...Object.entries(MORE_ERRNO).map(([name, value]) => `#define ${name} ${value}`),
  '#endif',
  '',
].join('\n');

export const TYPE_HEADERS: Readonly<Record<string, string>> = {
  'linux/types.h': TYPES,
  'asm/types.h': '#include <linux/types.h>\n',
  'linux/stddef.h': STDDEF,
  'linux/const.h': CONST,
  'linux/compiler.h': '',
  'linux/byteorder/little_endian.h': '#include <asm/byteorder.h>\n',
  'asm/byteorder.h': BYTEORDER,
  'linux/swab.h': SWAB,
  'linux/errno.h': ERRNO,
  'asm/errno.h': '#include <linux/errno.h>\n',
  'errno.h': '#include <linux/errno.h>\n',
  'linux/time.h': TIME,
  'time.h': '#include <linux/time.h>\n',
  'linux/version.h': `#ifndef _LINUX_VERSION_H
#define _LINUX_VERSION_H
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 18, 0)
#endif
`,
};
