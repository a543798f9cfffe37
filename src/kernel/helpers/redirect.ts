// Sending packets elsewhere. The helper only notes where to; whoever ran the program acts on it (the lab shows it).
import { cpus } from '../cpu';
import { redirectTarget } from '../maps/devices';
import { BpfMap } from '../maps/map';
import { mapArgument } from './arguments';

const XDP_ABORTED: u64 = 0;
const XDP_REDIRECT: u64 = 4;
const TC_ACT_SHOT: u64 = 2;
const TC_ACT_REDIRECT: u64 = 7;
const BPF_F_INGRESS: u64 = 1;
/** flags of bpf_redirect_map: the return value if there is no entry, and broadcasting of a devmap */
const ACTION_MASK: u64 = 3;
const BPF_F_BROADCAST: u64 = 8;
const BPF_F_EXCLUDE_INGRESS: u64 = 16;

const MAP_TYPE_DEVMAP: i32 = 14;
const MAP_TYPE_CPUMAP: i32 = 16;
const MAP_TYPE_DEVMAP_HASH: i32 = 25;

export const REDIRECT_NONE: i32 = 0;
export const REDIRECT_DEVICE: i32 = 1;
export const REDIRECT_CPU: i32 = 2;
export const REDIRECT_INGRESS: i32 = 3;
export const REDIRECT_NEIGHBOUR: i32 = 4;
export const REDIRECT_PEER: i32 = 5;
export const REDIRECT_BROADCAST: i32 = 6;
/** a copy was sent (bpf_clone_redirect) */
export const REDIRECT_CLONE: i32 = 7;

/** what the last redirect asked for: kind, and interface or CPU */
export let redirectKind: i32 = REDIRECT_NONE;
export let redirectNumber: u32 = 0;

/** the map that it came from and the key there; null: none */
export let redirectFrom: BpfMap | null = null;
export let redirectKey: u32 = 0;
/** a broadcast leaves the interface out that the packet came by */
export let redirectExcludes: bool = false;

export function noteRedirect(kind: i32, number: u32): void {
  redirectKind = kind;
  redirectNumber = number;
  redirectFrom = null;
}

/** bpf_redirect(ifindex, flags) of an XDP program */
export function redirectXdp(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (r2 != 0) return XDP_ABORTED;
  noteRedirect(REDIRECT_DEVICE, <u32>r1);
  return XDP_REDIRECT;
}

/** bpf_redirect(ifindex, flags) of a tc program */
export function redirectSkb(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (r2 & ~BPF_F_INGRESS) return TC_ACT_SHOT;
  noteRedirect(r2 & BPF_F_INGRESS ? REDIRECT_INGRESS : REDIRECT_DEVICE, <u32>r1);
  return TC_ACT_REDIRECT;
}

/** bpf_redirect_peer(ifindex, flags) */
export function redirectPeer(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (r2 != 0) return TC_ACT_SHOT;
  noteRedirect(REDIRECT_PEER, <u32>r1);
  return TC_ACT_REDIRECT;
}

/** sizeof(struct bpf_redir_neigh) */
const NEIGHBOUR_SIZE: u32 = 20;

/** bpf_redirect_neigh(ifindex, parameters, size, flags) */
export function redirectNeighbour(r1: u64, _r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const size = <u32>r3;
  if ((size != 0 && size < NEIGHBOUR_SIZE) || r4 != 0) return TC_ACT_SHOT;
  noteRedirect(REDIRECT_NEIGHBOUR, <u32>r1);
  return TC_ACT_REDIRECT;
}

/** bpf_redirect_map(map, key, flags): XDP_REDIRECT, or the lower bits of the flags when the map has nothing there */
export function redirectMap(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const devices = map.type == MAP_TYPE_DEVMAP || map.type == MAP_TYPE_DEVMAP_HASH;
  const allowed = devices ? ACTION_MASK | BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : ACTION_MASK;
  if (r3 & ~allowed) return XDP_ABORTED;
  if (devices && r3 & BPF_F_BROADCAST) {
    noteRedirect(REDIRECT_BROADCAST, 0);
    redirectFrom = map;
    redirectExcludes = (r3 & BPF_F_EXCLUDE_INGRESS) != 0;
    return XDP_REDIRECT;
  }
  const target = redirectTarget(map, <u32>r2);
  if (target == 0 || (map.type == MAP_TYPE_CPUMAP && <u32>r2 >= cpus)) return r3 & ACTION_MASK;
  noteRedirect(
    map.type == MAP_TYPE_CPUMAP ? REDIRECT_CPU : REDIRECT_DEVICE,
    map.type == MAP_TYPE_CPUMAP ? <u32>r2 : target,
  );
  redirectFrom = map;
  redirectKey = <u32>r2;
  return XDP_REDIRECT;
}
