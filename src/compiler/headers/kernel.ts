// The kernel's own headers, for modules and patches (--target module): names, numbers and prototypes as the kernel documents them, the
// words ours. Where a reader's include names one of these, it is found before the user-space header of the same name.
import { KERNEL_FUNCTIONS } from '../../bpf/kernel-api.ts';
import { KERNEL_BASE } from './kernel-base.ts';
import { KERNEL_NETWORK } from './kernel-network.ts';
import { kernelRecords } from './kernel-records.ts';

/** Structures that the machine keeps in simulated memory, and that kernel-mode C may look into. */
const RECORDS = ['sk_buff', 'net_device', 'nf_hook_state', 'nf_hook_ops', 'pernet_operations', 'net', 'task_struct', 'cred', 'packet_type']; // prettier-ignore
/** Written in linux/types.h, as they are typedefs' or locks. */
const PROVIDED = ['list_head', 'hlist_head', 'hlist_node', 'callback_head', 'spinlock', 'refcount_struct'];

const prototypes = KERNEL_FUNCTIONS.map(({ prototype }) => `${prototype};`).join('\n');

let texts: Readonly<Record<string, string>> | null = null;

/** Text of a kernel header; undefined: there is none of that name. Made at the first question, since most compilations ask none. */
export function kernelHeader(name: string): string | undefined {
  texts ??= {
    ...KERNEL_BASE,
    ...KERNEL_NETWORK,
    'kernel/records.h': `#ifndef _KERNEL_RECORDS_H
#define _KERNEL_RECORDS_H
#include <linux/types.h>
struct sk_buff;
struct nf_hook_state;
typedef unsigned int nf_hookfn(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
${kernelRecords(RECORDS, PROVIDED)}#endif
`,
    'kernel/functions.h': `#ifndef _KERNEL_FUNCTIONS_H
#define _KERNEL_FUNCTIONS_H
#include <linux/types.h>
struct net_device;
struct sk_buff;
struct task_struct;
${prototypes}
#endif
`,
  };
  return texts[name];
}
