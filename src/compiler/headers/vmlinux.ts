// vmlinux.h: the kernel's own types, from the table of them, and the types that kernel and programs share. Also linux/ptrace.h,
// which shows struct pt_regs as user space sees it.
import type { KernelVersion } from '../../bpf/kernel-types.ts';
import { BPF_TYPES } from './bpf.ts';
import { kernelTypes } from './kernel-structs.ts';
import { NETWORK_HEADERS } from './network.ts';
import { TYPE_HEADERS } from './types.ts';

/** Types without macros and includes, as BTF has them. */
function typesOnly(text: string | undefined): string {
  return (text ?? '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

const NETWORK = ['if_ether', 'ip', 'in6', 'ipv6', 'in', 'tcp', 'udp', 'icmp', 'icmpv6', 'if_arp', 'if_vlan'];

/** What user space knows too: the same in both kernels. */
const SHARED = [
  typesOnly(TYPE_HEADERS['linux/types.h']),
  BPF_TYPES,
  ...NETWORK.map((name) => typesOnly(NETWORK_HEADERS[`linux/${name}.h`])),
].join('\n');

/** Names that the shared types define: the table's own rows of those names say the same in other words. */
function namesOf(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, tag = ''] of text.matchAll(/^((?:struct|union|enum) \w+) ?\{/gm)) names.add(tag);
  for (const [, body = ''] of text.matchAll(/^enum \{([^}]*)\}/gm)) {
    for (const [name] of body.matchAll(/\b[A-Z]\w+\b/g)) names.add(`enum of ${name}`);
  }
  return names;
}

const KEPT = new Map<KernelVersion, string>();

/** Every type of the kernel that is modelled, in C. */
export function kernelText(version: KernelVersion): string {
  const kept = KEPT.get(version);
  if (kept !== undefined) return kept;
  const text = `${SHARED}\nenum { false = 0, true = 1 };\n${kernelTypes(version, namesOf(SHARED))}${BEHIND}`;
  KEPT.set(version, text);
  return text;
}

const BEHIND = `struct bpf_perf_event_data { bpf_user_pt_regs_t regs; __u64 sample_period, addr; };
`;

export const vmlinuxHeader = (): string => `#ifndef __VMLINUX_H__
#define __VMLINUX_H__
#define _LINUX_TYPES_H
#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif
${kernelText(618)}#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif
#endif
`;

const PTRACE = `#ifndef _LINUX_PTRACE_H
#define _LINUX_PTRACE_H
#include <linux/types.h>
struct pt_regs {
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
};
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
#endif
`;

export const VMLINUX_HEADERS: Readonly<Record<string, string>> = {
  'linux/ptrace.h': PTRACE,
  'asm/ptrace.h': '#include <linux/ptrace.h>\n',
  'linux/bpf_perf_event.h': `#ifndef _LINUX_BPF_PERF_EVENT_H
#define _LINUX_BPF_PERF_EVENT_H
#include <linux/ptrace.h>
struct bpf_perf_event_data { struct pt_regs regs; __u64 sample_period, addr; };
#endif
`,
};
