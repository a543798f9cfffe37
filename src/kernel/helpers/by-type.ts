// Helpers that one number stands for in several program types, each with its own code.
import { EINVAL } from '../generated/errno';
import { PROG_XDP } from '../rewrite/context';
import { runningType } from '../vm/run';
import { redirectSkb, redirectXdp } from './redirect';
import { checkMtu as checkSkbMtu } from './skb';
import { checkMtu as checkXdpMtu } from './xdp';

/** bpf_redirect(ifindex, flags) */
export function redirect(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  return runningType == PROG_XDP ? redirectXdp(r1, r2, r3, r4, r5) : redirectSkb(r1, r2, r3, r4, r5);
}

/** bpf_check_mtu(context, ifindex, length, difference, flags) */
export function checkMtu(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  return runningType == PROG_XDP ? checkXdpMtu(r1, r2, r3, r4, r5) : checkSkbMtu(r1, r2, r3, r4, r5);
}

/** bpf_tail_call where it is called as a function (callx): compiled and interpreted code do the real ones themselves. */
export function tailCallByNumber(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>-EINVAL;
}
