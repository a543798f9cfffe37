// Functions of the kernel that a patch may replace: C that was compiled and built into the image before it booted. Whoever runs kernel-mode
// code says where the compiled function is and how it is called; while nobody has, the stack's own code runs.
import { toVirtual } from '../memory/layout';
import { NetDevice } from './device';

/** numbers of what may be patched */
export const PATCH_ip_rcv: i32 = 0;
const COUNT: i32 = 1;

/** kernel addresses; 0: not patched */
let addresses: StaticArray<u64> = [0];

/** Calls the function at `address` with up to four arguments. */
export type PatchCaller = (address: u64, a: u64, b: u64, c: u64, d: u64) => u64;
function nobody(_address: u64, _a: u64, _b: u64, _c: u64, _d: u64): u64 {
  return 0;
}
let caller: PatchCaller = nobody;

export function resetPatches(): void {
  for (let i = 0; i < COUNT; i++) addresses[i] = 0;
}

export function setPatchCaller(by: PatchCaller): void {
  caller = by;
}

/** From now on the function at kernel address `address` stands for number `which`; 0: the stack's own again. */
export function setPatch(which: i32, address: u64): void {
  if (which >= 0 && which < COUNT) addresses[which] = address;
}

export function isPatched(which: i32): bool {
  return addresses[which] != 0;
}

/** ip_rcv(skb, dev, NULL, dev): the function owns the packet. */
export function patched(which: i32, skb: usize, device: NetDevice): void {
  caller(addresses[which], toVirtual(skb), toVirtual(device.address), 0, toVirtual(device.address));
}
