// Netfilter's five hook points: rules as iptables has them, BPF_PROG_TYPE-less functions of modules, in the order of their priorities. A
// function is called through `callFunction`, which whoever runs kernel-mode code sets.
import { COST_hook, COST_rule } from '../generated/costs';
import {
  DROP_NETFILTER_DROP,
  NF_ACCEPT,
  NF_DROP,
  NF_STOLEN,
  RULE_destination,
  RULE_destination_bits,
  RULE_destination_port,
  RULE_family,
  RULE_in_device,
  RULE_out_device,
  RULE_protocol,
  RULE_size,
  RULE_source,
  RULE_source_bits,
  RULE_source_port,
  RULE_target,
  STAGE_nf_forward,
  STAGE_nf_local_in,
  STAGE_nf_local_out,
  STAGE_nf_postrouting,
  STAGE_nf_prerouting,
  TARGET_ACCEPT,
  TARGET_REJECT,
  VERDICT_consumed,
  VERDICT_drop,
  VERDICT_pass,
} from '../generated/network';
import { allocateObject, reserve } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import { SKB_SK } from '../memory/structures';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf } from './buffers';
import { NetDevice, netDevice } from './device';
import { rejectPacket } from './icmp';
import { Namespace, namespaceAt } from './namespace';
import { halted } from './programs';
import { markSkb } from './record';
import { INET, samePrefix6 } from './route';

/** something registered at a hook: a rule, or a function */
export class Hook {
  priority: i32 = 0;
  /** address of the rule (RULE); 0: it is a function */
  rule: usize = 0;
  /** packets and bytes that fitted */
  hits: u64 = 0;
  /** kernel address of the function, and its private pointer */
  address: u64 = 0;
  data: u64 = 0;
  /** number that a kernel-mode registration is known by */
  id: u32 = 0;
  constructor(
    public hook: i32,
    public family: u32,
  ) {}
}

/** struct nf_hook_state */
const STATE_HOOK: usize = 0;
const STATE_PF: usize = 1;
const STATE_IN: usize = 8;
const STATE_OUT: usize = 16;
const STATE_SK: usize = 24;
const STATE_NET: usize = 32;
const STATE_SIZE: usize = 48;

let state: usize = 0;
let nextId: u32 = 0;

/** Calls the function at kernel address `address` with (priv, skb, state); its return value. */
export type FunctionCaller = (address: u64, data: u64, skb: u64, state: u64) => u64;
function nobody(_address: u64, _data: u64, _skb: u64, _state: u64): u64 {
  return NF_ACCEPT;
}
let callFunction: FunctionCaller = nobody;

export function resetNetfilter(): void {
  state = allocateObject(STATE_SIZE);
  nextId = 0;
}

export function setFunctionCaller(caller: FunctionCaller): void {
  callFunction = caller;
}

function insert(namespace: Namespace, entry: Hook): void {
  const hooks = namespace.hooks;
  let at = 0;
  while (at < hooks.length && hooks[at].priority <= entry.priority) at++;
  hooks.push(entry);
  for (let i = hooks.length - 1; i > at; i--) hooks[i] = hooks[i - 1];
  hooks[at] = entry;
}

/** iptables -A: `rule` is copied. */
export function addRule(namespace: Namespace, hook: i32, priority: i32, rule: usize): u32 {
  const entry = new Hook(hook, load<u32>(rule + RULE_family));
  entry.priority = priority;
  entry.rule = reserve(RULE_size);
  entry.id = ++nextId;
  memory.copy(entry.rule, rule, RULE_size);
  insert(namespace, entry);
  return entry.id;
}

/** nf_register_net_hook: the number to take it back with. `family` 0: every one. */
export function addFunction(namespace: Namespace, hook: i32, family: u32, priority: i32, address: u64, data: u64): u32 {
  const entry = new Hook(hook, family);
  entry.priority = priority;
  entry.address = address;
  entry.data = data;
  entry.id = ++nextId;
  insert(namespace, entry);
  return entry.id;
}

/** iptables -D, nf_unregister_net_hook. False: there is none with that number. */
export function removeHook(namespace: Namespace, id: u32): bool {
  for (let i = 0; i < namespace.hooks.length; i++) {
    if (namespace.hooks[i].id == id) {
      namespace.hooks.splice(i, 1);
      return true;
    }
  }
  return false;
}

/** Packets that rule or function `id` was asked about and that fitted. */
export function hitsOf(namespace: Namespace, id: u32): u64 {
  for (let i = 0; i < namespace.hooks.length; i++) if (namespace.hooks[i].id == id) return namespace.hooks[i].hits;
  return 0;
}

function stageOf(hook: i32): i32 {
  switch (hook) {
    case 0:
      return STAGE_nf_prerouting;
    case 1:
      return STAGE_nf_local_in;
    case 2:
      return STAGE_nf_forward;
    case 3:
      return STAGE_nf_local_out;
    default:
      return STAGE_nf_postrouting;
  }
}

function fits4(rule: usize, header: usize): bool {
  const sourceBits = load<u32>(rule + RULE_source_bits);
  const destinationBits = load<u32>(rule + RULE_destination_bits);
  const source = bswap<u32>(load<u32>(header, 12)) ^ bswap<u32>(load<u32>(rule + RULE_source));
  const destination = bswap<u32>(load<u32>(header, 16)) ^ bswap<u32>(load<u32>(rule + RULE_destination));
  if (sourceBits != 0 && source >> (32 - sourceBits) != 0) return false;
  return destinationBits == 0 || destination >> (32 - destinationBits) == 0;
}

function fits6(rule: usize, header: usize): bool {
  const sourceBits = load<u32>(rule + RULE_source_bits);
  const destinationBits = load<u32>(rule + RULE_destination_bits);
  return (
    samePrefix6(header + 8, rule + RULE_source, sourceBits) &&
    samePrefix6(header + 24, rule + RULE_destination, destinationBits)
  );
}

/** Does the rule fit the packet whose network header is at `header`, `size` bytes from there? */
function fits(rule: usize, family: u32, header: usize, size: u32, inside: u32, outside: u32): bool {
  charge(COST_rule, 1);
  const inDevice = load<u32>(rule + RULE_in_device);
  const outDevice = load<u32>(rule + RULE_out_device);
  if ((inDevice != 0 && inDevice != inside) || (outDevice != 0 && outDevice != outside)) return false;
  const four = family == INET;
  const least: u32 = four ? 20 : 40;
  if (size < least) return false;
  if (!(four ? fits4(rule, header) : fits6(rule, header))) return false;
  const wanted = load<u32>(rule + RULE_protocol);
  const protocol = <u32>(four ? load<u8>(header, 9) : load<u8>(header, 6));
  if (wanted != 0 && wanted != protocol) return false;
  const sourcePort = load<u32>(rule + RULE_source_port);
  const destinationPort = load<u32>(rule + RULE_destination_port);
  if (sourcePort == 0 && destinationPort == 0) return true;
  if (protocol != 6 && protocol != 17) return false;
  // A later fragment has no ports.
  if (four && bswap<u16>(load<u16>(header, 6)) & 0x1fff) return false;
  const at = four ? ((<u32>load<u8>(header)) & 15) << 2 : 40;
  if (size < at + 4) return false;
  if (sourcePort != 0 && sourcePort != <u32>bswap<u16>(load<u16>(header + at))) return false;
  return destinationPort == 0 || destinationPort == <u32>bswap<u16>(load<u16>(header + at, 2));
}

/** the packet that a hook was asked about last: a function may have replaced what the stack knows about it */
export function runHook(namespaceId: u32, hook: i32, family: u32, skb: usize, inside: u32, outside: u32): bool {
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || namespace.hooks.length == 0) return true;
  const hooks = namespace.hooks;
  let asked = false;
  for (let i = 0; i < hooks.length; i++) {
    const entry = hooks[i];
    if (entry.hook != hook || (entry.family != 0 && entry.family != family)) continue;
    if (!asked) {
      charge(COST_hook, 1);
      asked = true;
    }
    let verdict = NF_ACCEPT;
    if (entry.rule != 0) {
      if (!fits(entry.rule, family, dataOf(skb), lengthOf(skb), inside, outside)) continue;
      entry.hits++;
      const target = <i32>load<u32>(entry.rule + RULE_target);
      if (target == TARGET_ACCEPT) break;
      if (target == TARGET_REJECT) rejectPacket(namespace, skb, family);
      verdict = NF_DROP;
    } else {
      entry.hits++;
      const inDevice = netDevice(inside);
      const outDevice = netDevice(outside);
      store<u8>(state, <u8>hook, STATE_HOOK);
      store<u8>(state, <u8>family, STATE_PF);
      store<u64>(state, addressOf(inDevice), STATE_IN);
      store<u64>(state, addressOf(outDevice), STATE_OUT);
      store<u64>(state, load<u64>(skb, SKB_SK), STATE_SK);
      store<u64>(state, toVirtual(namespace.address), STATE_NET);
      verdict = <i32>((<u32>callFunction(entry.address, entry.data, toVirtual(skb), toVirtual(state))) & 0xff);
      if (halted != 0) return false;
    }
    if (verdict == NF_ACCEPT) continue;
    const stolen = verdict == NF_STOLEN;
    markSkb(
      skb,
      stageOf(hook),
      stolen ? VERDICT_consumed : VERDICT_drop,
      stolen ? verdict : DROP_NETFILTER_DROP,
      inside != 0 ? inside : outside,
      lengthOf(skb),
      entry.id,
      namespaceId,
    );
    if (!stolen) freeSkb(skb);
    return false;
  }
  if (asked)
    markSkb(skb, stageOf(hook), VERDICT_pass, NF_ACCEPT, inside != 0 ? inside : outside, lengthOf(skb), 0, namespaceId);
  return true;
}

function addressOf(device: NetDevice | null): u64 {
  return device == null ? 0 : toVirtual(device.address);
}
