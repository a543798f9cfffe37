// Network namespaces: interfaces, routes, neighbours, rules and sockets of one host or container. Number 0 is the machine's own.
import { NET_LIMIT_namespaces } from '../generated/network';
import { allocateObject } from '../memory/arena';
import { Neighbour } from './neighbour';
import { Hook } from './netfilter';
import { Route } from './route';
import { Socket } from './socket';

/** struct net of 6.18: size, and ns.inum */
const NET_SIZE: usize = 4288;
const NET_INUM: usize = 152 + 24;
/** inode of the first network namespace (PROC_NET_INIT_INO is dynamic; this is what systems usually show) */
const FIRST_INODE: u32 = 4026531840;

export class Namespace {
  /** linear address of the struct net */
  address: usize = 0;
  name: string = '';
  devices: u32[] = [];
  loopback: u32 = 0;
  /** net.ipv4.ip_forward and net.ipv6.conf.all.forwarding */
  forwarding: bool = false;
  /** net.ipv4.conf.all.rp_filter */
  reversePath: bool = false;
  /** net.ipv4.icmp_ratelimit, net.ipv6.icmp.ratelimit: not 0 */
  limitsErrors: bool = true;
  routes: Route[] = [];
  neighbours: Neighbour[] = [];
  hooks: Hook[] = [];
  sockets: Socket[] = [];
  /** next ephemeral port, next IP identification */
  nextPort: u32 = 32768;
  nextId: u32 = 1;
  constructor(public id: u32) {}
}

let namespaces: Namespace[] = [];

export function resetNamespaces(): void {
  namespaces = [];
}

/** null: too many. */
export function makeNamespace(name: string): Namespace | null {
  if (namespaces.length >= NET_LIMIT_namespaces) return null;
  const namespace = new Namespace(namespaces.length);
  namespace.name = name;
  namespace.address = allocateObject(NET_SIZE);
  store<u32>(namespace.address, FIRST_INODE + namespace.id, NET_INUM);
  namespaces.push(namespace);
  return namespace;
}

export function namespaceAt(id: u32): Namespace | null {
  return id < <u32>namespaces.length ? namespaces[id] : null;
}

/** The namespace of an interface that exists. */
export function namespaceOf(id: u32): Namespace {
  return namespaces[id];
}
