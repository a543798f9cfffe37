// The packet path (src/kernel/net) and kernel-mode code: with an image in memory the path's ip_rcv is the image's, and hooks that modules
// registered are asked where the path asks its rules. Both sides know each other only here.
import { toLinear } from '../memory/layout';
import { kernelAccess } from '../memory/pages';
import { SKB_DEV } from '../memory/structures';
import { freeSkb, lengthOf, packetOf } from '../net/buffers';
import { NetDevice, deviceOf } from '../net/device';
import { networkTime } from '../net/host';
import { gone, ipReceiveFinish } from '../net/ip';
import { namespaceAt } from '../net/namespace';
import { addFunction, removeHook, runHook, setFunctionCaller } from '../net/netfilter';
import { PATCH_ip_rcv, setPatch, setPatchCaller } from '../net/patches';
import { halt } from '../net/programs';
import { mark } from '../net/record';
import { INET } from '../net/route';
import {
  DROP_NETFILTER_DROP,
  HOOK_PRE_ROUTING,
  STAGE_ip_rcv,
  STAGE_nf_prerouting,
  VERDICT_pass,
} from '../generated/network';
import { setNative } from '../vm/kernel-mode';
import { chargeInstructions, deliverPacket, runHooks, skipInstructions } from './call';
import { ALIVE, machineState } from './machine';
import { addressOfSymbol } from './symbols';
import { dropAlone, finishAlone, standalone } from './packet';

/** struct nf_hook_state */
const STATE_HOOK: usize = 0;
const STATE_IN: usize = 8;
const STATE_OUT: usize = 16;
const FAMILY_IPV4: u32 = 2;
const NF_DROP: u64 = 0;
const NF_STOLEN: u64 = 2;
const HOOKS: i32 = 5;
/** what the path halts for: kernel code killed the machine */
const HALT_KERNEL: i32 = 1;
/** PRE_ROUTING is asked in C; for the others the path has one entry each while modules wait there: its number */
const entries: StaticArray<u32> = new StaticArray<u32>(5);

export function resetNetworkBinding(): void {
  for (let i = 0; i < HOOKS; i++) entries[i] = 0;
}

/** The image is in memory: from now on its functions are the path's. */
export function bindNetwork(): void {
  // The path builds itself when it is first asked for anything.
  networkTime();
  const address = addressOfSymbol('ip_rcv');
  setPatchCaller(takePacket);
  setFunctionCaller(askModules);
  if (address != 0) setPatch(PATCH_ip_rcv, address);
  setNative(33, finish.index);
  setNative(34, drop.index);
  setNative(35, hookChanged.index);
}

function haltWithMachine(): bool {
  if (machineState() == ALIVE) return false;
  halt(HALT_KERNEL);
  return true;
}

/** The path calls ip_rcv(skb, device, …): it is called as Linux does, from an interrupt on. */
function takePacket(_address: u64, skb: u64, _device: u64, _c: u64, _d: u64): u64 {
  deliverPacket(skb);
  haltWithMachine();
  return 0;
}

/** The path asks the functions at one of its hooks. */
function askModules(_address: u64, _data: u64, skb: u64, state: u64): u64 {
  const at = toLinear(state);
  const verdict = runHooks(<u32>load<u8>(at, STATE_HOOK), skb, load<u64>(at, STATE_IN), load<u64>(at, STATE_OUT));
  if (haltWithMachine()) return NF_STOLEN;
  return verdict < 0 ? NF_DROP : <u64>verdict;
}

/** The device of a packet, whose field kernel-mode code may have overwritten; null: it leads nowhere. */
function deviceOfPacket(skb: u64): NetDevice | null {
  const at = kernelAccess(skb + <u64>SKB_DEV, 8, false);
  return at == 0 ? null : deviceOf(load<u64>(at));
}

/** ip_rcv_finish(skb): routing, and what follows from it. */
function finish(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (standalone) return finishAlone(r1);
  chargeInstructions();
  const device = deviceOfPacket(r1);
  if (device == null) return 0;
  const skb = toLinear(r1);
  mark(packetOf(skb), STAGE_ip_rcv, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  // Rules of the path stand behind the modules' functions.
  if (runHook(device.namespace, HOOK_PRE_ROUTING, INET, skb, device.ifindex, 0)) ipReceiveFinish(device, skb);
  skipInstructions();
  return 0;
}

/** __free_skb(skb, reason): the packet's way ends. */
function drop(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const reason = <u32>r2;
  if (standalone) return dropAlone(reason);
  chargeInstructions();
  const device = deviceOfPacket(r1);
  if (device == null) freeSkb(toLinear(r1));
  else gone(device, toLinear(r1), reason == <u32>DROP_NETFILTER_DROP ? STAGE_nf_prerouting : STAGE_ip_rcv, reason);
  return 0;
}

/** __hook_changed(hook, count): so many functions wait at an IPv4 hook now. */
function hookChanged(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const hook = <i32>r1;
  if (hook <= 0 || hook >= HOOKS) return 0;
  const namespace = namespaceAt(0);
  if (namespace == null) return 0;
  if (<u32>r2 != 0 && entries[hook] == 0) {
    entries[hook] = addFunction(namespace, hook, FAMILY_IPV4, -2147483647 - 1, addressOfSymbol('nf_hook_slow'), 0);
  } else if (<u32>r2 == 0 && entries[hook] != 0) {
    removeHook(namespace, entries[hook]);
    entries[hook] = 0;
  }
  return 0;
}
