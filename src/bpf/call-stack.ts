// Addresses in the call stacks of the simulated kernel (src/kernel/net/profile.ts), and the functions of Linux 6.18 that they stand for: what
// /proc/kallsyms is to a profiler on a real machine.
import { STAGE, STAGE_FUNCTION, type StageName } from './network.ts';

const TEXT = 0xffffffff81c00000n;
const FUNCTION_SIZE = 0x100n;
const SENT = 128;
const FIRST_ROOT = 64;
const ROOT_ROOM = 8;
const INTERRUPT = ['asm_common_interrupt', 'common_interrupt', 'irq_exit_rcu', 'handle_softirqs'];
/** how a turn of a processor begins, the outermost function first */
const ROOTS: readonly (readonly string[])[] = [
  INTERRUPT,
  [...INTERRUPT, 'net_rx_action', 'process_backlog'],
  ['entry_SYSCALL_64_after_hwframe', 'do_syscall_64'],
  ['asm_sysvec_apic_timer_interrupt', 'sysvec_apic_timer_interrupt', '__run_timers', 'call_timer_fn'],
  ['ret_from_fork_asm', 'kthread'],
  [
    ...['entry_SYSCALL_64_after_hwframe', 'do_syscall_64', '__x64_sys_bpf', '__sys_bpf'],
    ...['bpf_prog_test_run_raw_tp', '__bpf_prog_test_run_raw_tp'],
  ],
];
/** stages that are no single function of the kernel, by the function that does the work */
const OTHER_NAMES: Partial<Record<StageName, string>> = { application: '__sys_recvfrom', socket_send: '__sys_sendto' };
/** where a stage is passed on the way out, it is another function */
const SENDING: Partial<Record<StageName, string>> = {
  udp: 'udp_send_skb',
  tcp: '__tcp_transmit_skb',
  icmp: 'icmp_push_reply',
  arp: 'arp_xmit',
};

const names = new Map<number, string>([
  ...Object.entries({ ...STAGE_FUNCTION, ...OTHER_NAMES }).map(
    ([stage, name]) => [STAGE[stage as StageName], name] as const,
  ),
  ...Object.entries(SENDING).map(([stage, name]) => [SENT + STAGE[stage as StageName], name] as const),
  ...ROOTS.flatMap((functions, root) => functions.map((name, i) => [FIRST_ROOT + ROOT_ROOM * root + i, name] as const)),
]);

/** The function that an address lies in, or the address itself in hexadecimal. */
export function symbolOf(address: bigint): string {
  const name = address >= TEXT ? names.get(Number((address - TEXT) / FUNCTION_SIZE)) : undefined;
  return name ?? `0x${address.toString(16)}`;
}

/** The functions of a stack trace map's value, the innermost first. */
export function stackOf(value: Uint8Array): string[] {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const found: string[] = [];
  for (let at = 0; at + 8 <= value.length; at += 8) {
    const address = view.getBigUint64(at, true);
    if (address === 0n) break;
    found.push(symbolOf(address));
  }
  return found;
}
