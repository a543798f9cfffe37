// Which socket would get a packet with these addresses? bpf_sk_lookup_tcp, bpf_sk_lookup_udp, bpf_skc_lookup_tcp and what goes with
// them. The machine has one network namespace as far as programs can name one.
import { helperMemory } from '../memory/access';
import { LOOPBACK } from '../memory/devices';
import { toLinear, toVirtual } from '../memory/layout';
import { AF_INET, AF_INET6, TCP, TCP_LISTEN, UDP, findSocket } from '../memory/sockets';
import { SOCK_SIZE, SOCK_STATE } from '../memory/structures';

/** sizeof(struct bpf_sock_tuple's ipv4), …'s ipv6 */
const TUPLE_IPV4: u32 = 12;
const TUPLE_IPV6: u32 = 36;

function lookUp(protocol: u16, tuple: u64, size: u32, namespace: u64, flags: u64): u64 {
  const at = helperMemory(tuple, size);
  if (at == 0 || flags != 0) return 0;
  if (size != TUPLE_IPV4 && size != TUPLE_IPV6) return 0;
  // A negative number is the packet's own namespace; others are ids of further ones, of which there are none.
  if (<i32>namespace >= 0) return 0;
  const family = size == TUPLE_IPV4 ? AF_INET : AF_INET6;
  const address: usize = family == AF_INET ? 4 : 16;
  const ports = at + 2 * address;
  const sock = findSocket(
    family,
    protocol,
    at,
    bswap<u16>(load<u16>(ports)),
    at + address,
    bswap<u16>(load<u16>(ports, 2)),
    LOOPBACK,
  );
  return sock == 0 ? 0 : toVirtual(sock);
}

/** bpf_sk_lookup_tcp, bpf_skc_lookup_tcp(context, tuple, size, namespace, flags): the socket, or 0 */
export function lookupTcp(_r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  return lookUp(TCP, r2, <u32>r3, r4, r5);
}

/** bpf_sk_lookup_udp(context, tuple, size, namespace, flags) */
export function lookupUdp(_r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  return lookUp(UDP, r2, <u32>r3, r4, r5);
}

/** bpf_sk_release(socket): 0. Sockets live until they are closed, so there is no count to lower. */
export function releaseSocket(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return 0;
}

/** bpf_get_listener_sock(socket): the socket if it listens, otherwise 0 */
export function listener(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, <u32>SOCK_SIZE);
  return at != 0 && load<u8>(toLinear(r1), SOCK_STATE) == TCP_LISTEN ? r1 : 0;
}
