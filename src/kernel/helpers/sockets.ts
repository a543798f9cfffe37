// What programs learn about sockets, cgroups and namespaces. The machine has one network namespace, one cgroup hierarchy whose root is
// number 1, no traffic classes and no routing realms; a packet in a test run belongs to a socket of its own.
import { EINVAL, ENOENT, ENOTSUPP, EOPNOTSUPP } from '../generated/errno';
import { helperMemory } from '../memory/access';
import { toLinear } from '../memory/layout';
import {
  SKB_MAC_HEADER,
  SKB_NETWORK_HEADER,
  SKB_PROTOCOL,
  SKB_SIZE,
  SKB_SK,
  SKB_TC_AT,
  SKB_TSTAMP,
  TASK_PID,
  TASK_TGID,
} from '../memory/structures';
import { current, currentCgroup } from '../memory/tasks';
import { fitSkb, makeRoom, moveData, offsetOf, skb, skbData, skbLength } from '../syscall/skb-buffer';
import { result } from './arguments';

/** cookies count up from here, as they do in a network namespace that has just been made */
const NETWORK_COOKIE: u64 = 1;
const ROOT_CGROUP: u64 = 1;
/** device and inode of the first process namespace (nsfs; PROC_PID_INIT_INO) */
const NAMESPACE_DEVICE: u64 = 4;
const NAMESPACE_INODE: u64 = 0xeffffffc;
const NAMESPACE_SIZE: u32 = 8;

const ETH_P_IP: u16 = 0x0008;
const ETH_P_IPV6: u16 = 0xdd86;
const ETHERNET_HEADER: u32 = 14;
/** by how much an IPv6 header is longer than one of IPv4 */
const DIFFERENCE: u32 = 20;

let sockets: Array<usize> = [];

export function resetSockets(): void {
  sockets = [];
}

/** bpf_sk_fullsock(sk): the socket, or 0 when it is only a remainder of one */
export function fullSocket(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return r1;
}

/** bpf_get_socket_cookie(skb): the packet's socket's number, never used twice */
export function socketCookie(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, <u32>SKB_SIZE);
  if (at == 0 || load<u64>(at, SKB_SK) == 0) return 0;
  const socket = toLinear(load<u64>(at, SKB_SK));
  if (sockets.indexOf(socket) < 0) sockets.push(socket);
  return <u64>(sockets.indexOf(socket) + 1);
}

/** bpf_get_socket_uid(skb): the owner of the packet's socket */
export function socketUser(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  helperMemory(r1, <u32>SKB_SIZE);
  return 0;
}

/** bpf_get_netns_cookie(context or 0) */
export function networkCookie(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return NETWORK_COOKIE;
}

/** bpf_get_cgroup_classid, bpf_skb_cgroup_classid, bpf_get_route_realm: nobody has set one */
export function noClass(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return 0;
}

/** bpf_get_current_ancestor_cgroup_id(level): the root at level 0, the task's own cgroup below, 0 beyond */
export function ancestorCgroup(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const level = <i32>r1;
  if (level == 0) return ROOT_CGROUP;
  return level == 1 && currentCgroup != ROOT_CGROUP ? currentCgroup : 0;
}

/** bpf_get_ns_current_pid_tgid(device, inode, to, size): 0 and the numbers, or -EINVAL unless that is the task's process namespace */
export function namespacePid(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const size = <u32>r4;
  const to = helperMemory(r3, size);
  if (to == 0) return 0;
  memory.fill(to, 0, size);
  if (size != NAMESPACE_SIZE || r1 != NAMESPACE_DEVICE || r2 != NAMESPACE_INODE) return result(-EINVAL);
  store<u32>(to, load<u32>(current, TASK_PID));
  store<u32>(to, load<u32>(current, TASK_TGID), 4);
  return 0;
}

/** bpf_get_branch_snapshot(to, size, flags): the processor records no branches */
export function branchSnapshot(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (helperMemory(r1, <u32>r2) == 0) return 0;
  return r3 != 0 ? result(-EINVAL) : result(-ENOENT);
}

/** bpf_skb_set_tstamp(skb, time, clock): 0, -EINVAL, or -EOPNOTSUPP for a packet that is not IP */
export function setTime(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (helperMemory(r1, <u32>SKB_SIZE) == 0) return 0;
  const protocol = load<u16>(skb, SKB_PROTOCOL);
  if (protocol != ETH_P_IP && protocol != ETH_P_IPV6) return result(-EOPNOTSUPP);
  // 0 real time, 1 monotonic, 2 TAI: the last two need a time
  if (r3 > 2 || (r3 != 0 && r2 == 0)) return result(-EINVAL);
  store<u64>(skb, r2, SKB_TSTAMP);
  store<u8>(skb, (load<u8>(skb, SKB_TC_AT) & ~3) | (<u8>r3), SKB_TC_AT);
  return 0;
}

/** Makes room behind the link-layer header, or takes it away. */
function resize(delta: i32): void {
  const data = skbData();
  if (delta > 0) {
    moveData(-delta);
    memory.copy(skbData(), data, ETHERNET_HEADER);
    memory.fill(skbData() + ETHERNET_HEADER, 0, delta);
  } else {
    memory.copy(data - delta, data, ETHERNET_HEADER);
    moveData(-delta);
  }
  store<u16>(skb, offsetOf(skbData()), SKB_MAC_HEADER);
  store<u16>(skb, offsetOf(skbData() + ETHERNET_HEADER), SKB_NETWORK_HEADER);
  fitSkb();
}

/** bpf_skb_change_proto(skb, protocol, flags): 0, -EINVAL, -ENOTSUPP; the new header's bytes are the program's to write */
export function changeProtocol(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (helperMemory(r1, <u32>SKB_SIZE) == 0) return 0;
  if (r3 != 0) return result(-EINVAL);
  const from = load<u16>(skb, SKB_PROTOCOL);
  const to = <u16>r2;
  if (from == ETH_P_IP && to == ETH_P_IPV6 && makeRoom(DIFFERENCE, 0)) resize(DIFFERENCE);
  else if (from == ETH_P_IPV6 && to == ETH_P_IP && skbLength() >= ETHERNET_HEADER + DIFFERENCE)
    resize(-(<i32>DIFFERENCE));
  else return result(-ENOTSUPP);
  store<u16>(skb, to, SKB_PROTOCOL);
  return 0;
}
