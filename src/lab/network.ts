// The simulated network as an object: build it, attach programs, send traffic, read what happened. Names are the caller's; numbers are the
// kernel's. Functions that can fail for a user's reason give 0 or -errno as Linux would; nothing here throws for bad input.
import { COSTS } from '../bpf/costs.ts';
import {
  APPLICATION,
  DEVICE,
  DEVICE_COUNTERS,
  DROP_REASONS,
  HOOK,
  ROUTE,
  RULE,
  SOCKET_COUNTERS,
  STAGE,
  TARGET,
  VERDICT,
  type ApplicationKind,
  type DeviceCounter,
  type DeviceKind,
  type HookName,
  type RouteKind,
  type SocketCounter,
  type StageName,
  type TargetName,
  type VerdictName,
} from '../bpf/network.ts';
import type { Kernel } from '../loader/kernel.ts';
import { parseIpv4, parseIpv6, parseMac } from './addresses.ts';
import type { NetworkExports } from './network-exports.ts';
import { decodeCapture, decodeRecords, type CapturedFrame, type TraceStep } from './network-records.ts';

export const INET = 2;
export const INET6 = 10;
const EINVAL = -22;
const encoder = new TextEncoder();

/** An address with its family; null: no address. */
export function parseAddress(text: string): { readonly family: number; readonly bytes: Uint8Array } | null {
  const four = parseIpv4(text);
  if (four) return { family: INET, bytes: four };
  const six = parseIpv6(text);
  return six ? { family: INET6, bytes: six } : null;
}

/** "10.0.0.0/8", "fd00::/64"; without a length it is one host. */
export function parsePrefix(
  text: string,
): { readonly family: number; readonly bytes: Uint8Array; readonly bits: number } | null {
  const [address = '', length] = text.split('/');
  const parsed = parseAddress(address);
  if (!parsed) return null;
  const most = parsed.family === INET ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? most : Number(length);
  return bits > most ? null : { ...parsed, bits };
}

export interface InterfaceOptions {
  readonly kind?: DeviceKind;
  readonly namespace?: number;
  readonly mac?: string;
  readonly mtu?: number;
  readonly queues?: number;
  readonly ring?: number;
}

export interface RuleOptions {
  readonly hook: HookName;
  readonly target: TargetName;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly inInterface?: number;
  readonly outInterface?: number;
  readonly priority?: number;
  readonly namespace?: number;
}

export interface ServerOptions {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly application: Exclude<ApplicationKind, 'client'>;
  readonly address?: string;
  readonly family?: number;
  readonly namespace?: number;
  readonly cgroup?: number;
}

export interface ClientOptions {
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  readonly address: string;
  readonly port?: number;
  readonly rounds?: number;
  /** simulated ns since boot of the first round, and between two */
  readonly start?: bigint;
  readonly interval?: bigint;
  readonly payload?: number;
  readonly namespace?: number;
  readonly cgroup?: number;
}

/** What the machine did, in numbers that come from the code that did it. */
export interface NetworkCounts {
  /** units of each kind of work (src/bpf/costs.ts) */
  readonly work: Readonly<Record<string, number>>;
  readonly stages: Readonly<Partial<Record<StageName, { readonly packets: number; readonly nanoseconds: number }>>>;
  readonly drops: Readonly<Record<string, number>>;
  /** sum over all stages */
  readonly nanoseconds: number;
  /** sk_buffs and packet buffers that were allocated, bytes that were copied */
  readonly allocations: number;
  readonly bytesCopied: number;
  readonly packets: number;
}

export class Network {
  readonly #kernel: Kernel;
  readonly exports: NetworkExports;
  #macs = 0;

  /** A network on a machine that was just booted. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.exports = kernel.exports as unknown as NetworkExports;
  }

  /** Puts bytes where the kernel can read them for one call. */
  with<T>(parts: readonly Uint8Array[], use: (addresses: readonly number[]) => T): T {
    const at = parts.map((part) => {
      const address = this.exports.allocate(Math.max(part.length, 16));
      new Uint8Array(this.#kernel.memory.buffer).set(part, address);
      return address;
    });
    try {
      return use(at);
    } finally {
      for (const address of at) this.exports.release(address);
    }
  }

  #text<T>(text: string, use: (at: number, size: number) => T): T {
    const bytes = encoder.encode(text);
    return this.with([bytes], ([at = 0]) => use(at, bytes.length));
  }

  namespace(name: string): number {
    return this.#text(name, (at, size) => this.exports.netNamespace(at, size));
  }

  /** A hardware address that nobody has yet. */
  #nextMac(): Uint8Array {
    this.#macs++;
    return Uint8Array.of(2, 0, 0, 0, (this.#macs >> 8) & 255, this.#macs & 255);
  }

  interface(name: string, options: InterfaceOptions = {}): number {
    const mac = options.mac === undefined ? this.#nextMac() : parseMac(options.mac);
    if (!mac) return EINVAL;
    return this.#text(name, (at, size) =>
      this.with([mac], ([macAt = 0]) =>
        this.exports.netInterface(
          options.namespace ?? 0,
          DEVICE[options.kind ?? 'nic'],
          at,
          size,
          macAt,
          options.mtu ?? 1500,
          options.queues ?? 1,
          options.ring ?? 256,
        ),
      ),
    );
  }

  pair(a: number, b: number): number {
    return this.exports.netPair(a, b);
  }

  vlan(ifindex: number, lower: number, id: number, protocol = 0x8100): number {
    return this.exports.netVlan(ifindex, lower, protocol, id);
  }

  up(ifindex: number, up = true): number {
    return this.exports.netSetInterface(ifindex, up ? 1 : 0);
  }

  address(ifindex: number, text: string): number {
    const prefix = parsePrefix(text);
    if (!prefix) return EINVAL;
    return this.with([prefix.bytes], ([at = 0]) => this.exports.netAddress(ifindex, prefix.family, at, prefix.bits));
  }

  route(
    to: string,
    options: {
      readonly kind?: RouteKind;
      readonly via?: string;
      readonly interface?: number;
      readonly metric?: number;
      readonly namespace?: number;
    },
  ): number {
    const prefix = parsePrefix(to);
    const via = options.via === undefined ? null : parseAddress(options.via);
    if (!prefix || (options.via !== undefined && via?.family !== prefix.family)) return EINVAL;
    return this.with([prefix.bytes, via?.bytes ?? new Uint8Array(16)], ([at = 0, gateway = 0]) =>
      this.exports.netRoute(
        options.namespace ?? 0,
        prefix.family,
        at,
        prefix.bits,
        ROUTE[options.kind ?? 'unicast'],
        options.interface ?? 0,
        via ? gateway : 0,
        options.metric ?? 0,
      ),
    );
  }

  #neighbour(ifindex: number, address: string, mac: string, wire: boolean): number {
    const parsed = parseAddress(address);
    const hardware = parseMac(mac);
    if (!parsed || !hardware) return EINVAL;
    return this.with([parsed.bytes, hardware], ([at = 0, macAt = 0]) =>
      wire
        ? this.exports.netWireHost(ifindex, parsed.family, at, macAt)
        : this.exports.netNeighbour(ifindex, parsed.family, at, macAt),
    );
  }

  neighbour(ifindex: number, address: string, mac: string): number {
    return this.#neighbour(ifindex, address, mac, false);
  }

  /** A host at the other end of a NIC's cable that answers address resolution. */
  wireHost(ifindex: number, address: string, mac: string): number {
    return this.#neighbour(ifindex, address, mac, true);
  }

  forwarding(on: boolean, namespace = 0): number {
    return this.exports.netOption(namespace, 0, on ? 1 : 0);
  }

  reversePath(on: boolean, namespace = 0): number {
    return this.exports.netOption(namespace, 1, on ? 1 : 0);
  }

  /** net.ipv4.icmp_ratelimit and net.ipv6.icmp.ratelimit; on at first */
  errorLimits(on: boolean, namespace = 0): number {
    return this.exports.netOption(namespace, 2, on ? 1 : 0);
  }

  /** iptables -A: the rule's number. */
  rule(options: RuleOptions): number {
    const source = options.source === undefined ? null : parsePrefix(options.source);
    const destination = options.destination === undefined ? null : parsePrefix(options.destination);
    if ((options.source !== undefined && !source) || (options.destination !== undefined && !destination)) return EINVAL;
    if (source && destination && source.family !== destination.family) return EINVAL;
    const bytes = new Uint8Array(RULE.size);
    const view = new DataView(bytes.buffer);
    view.setUint32(RULE.hook, HOOK[options.hook], true);
    view.setUint32(RULE.family, source?.family ?? destination?.family ?? INET, true);
    view.setUint32(RULE.target, TARGET[options.target], true);
    view.setUint32(RULE.protocol, options.protocol ?? 0, true);
    view.setUint32(RULE.source_port, options.sourcePort ?? 0, true);
    view.setUint32(RULE.destination_port, options.destinationPort ?? 0, true);
    view.setUint32(RULE.in_device, options.inInterface ?? 0, true);
    view.setUint32(RULE.out_device, options.outInterface ?? 0, true);
    view.setInt32(RULE.priority, options.priority ?? 0, true);
    if (source) {
      bytes.set(source.bytes, RULE.source);
      view.setUint32(RULE.source_bits, source.bits, true);
    }
    if (destination) {
      bytes.set(destination.bytes, RULE.destination);
      view.setUint32(RULE.destination_bits, destination.bits, true);
    }
    return this.with([bytes], ([at = 0]) => this.exports.netRule(options.namespace ?? 0, at));
  }

  cgroup(name: string, parent = 0): number {
    return this.#text(name, (at, size) => this.exports.netCgroup(parent, at, size));
  }

  server(options: ServerOptions): number {
    const address = options.address === undefined ? null : parseAddress(options.address);
    if (options.address !== undefined && !address) return EINVAL;
    return this.with([address?.bytes ?? new Uint8Array(16)], ([at = 0]) =>
      this.exports.netServer(
        options.namespace ?? 0,
        options.family ?? address?.family ?? INET,
        options.protocol === 'tcp' ? 1 : 2,
        address ? at : 0,
        options.port,
        APPLICATION[options.application],
        options.cgroup ?? 0,
      ),
    );
  }

  client(options: ClientOptions): number {
    const address = parseAddress(options.address);
    if (!address) return EINVAL;
    return this.with([address.bytes], ([at = 0]) =>
      this.exports.netClient(
        options.namespace ?? 0,
        address.family,
        options.protocol === 'tcp' ? 1 : options.protocol === 'udp' ? 2 : 3,
        at,
        options.port ?? 0,
        options.rounds ?? 1,
        options.start ?? 0n,
        options.interval ?? 1_000_000_000n,
        options.payload ?? 56,
        options.cgroup ?? 0,
      ),
    );
  }

  /** A frame arrives at a NIC. @returns the packet's number, or -errno */
  arrive(ifindex: number, frame: Uint8Array, time = 0n): number {
    return this.with([frame], ([at = 0]) => this.exports.netArrive(ifindex, time, at, frame.length));
  }

  /**
   * Whole pcap records (without the file's header). `gap` ns between two frames; 0: as their time stamps say, whose fraction counts `unit` ns.
   * @returns bytes consumed, or -errno
   */
  arriveAll(
    ifindex: number,
    records: Uint8Array,
    options: {
      readonly time?: bigint;
      readonly gap?: bigint;
      readonly unit?: number;
      readonly bigEndian?: boolean;
    } = {},
  ): number {
    return this.with([records], ([at = 0]) =>
      this.exports.netArriveAll(
        ifindex,
        options.time ?? this.now(),
        options.gap ?? 0n,
        options.unit ?? 1000,
        at,
        records.length,
        options.bigEndian ? 1 : 0,
      ),
    );
  }

  /** Works until nothing is left to do; timers due within `nanoseconds` fire. False: it stands still after a fault. */
  run(nanoseconds = 0n): boolean {
    return this.exports.netRun(this.now() + nanoseconds) === 0;
  }

  /** Lets so much time pass, and all that falls due. */
  pass(nanoseconds: bigint): boolean {
    return this.exports.netPass(this.now() + nanoseconds) === 0;
  }

  now(): bigint {
    return BigInt.asUintN(64, this.exports.netTime());
  }

  /** Traces packets 1 to `last`. */
  trace(last: number, bytes = 1 << 20): void {
    this.exports.netTrace(last, bytes);
  }

  steps(): TraceStep[] {
    return decodeRecords(this.#kernel.read(this.exports.netRecords(), this.exports.netRecordBytes()));
  }

  capture(ifindex: number, on = true): number {
    return this.exports.netCapture(ifindex, on ? 1 : 0);
  }

  /** Listens at a stage for what leaves it with a verdict; without one, whatever the verdict. */
  captureStage(stage: StageName, verdict?: VerdictName): number {
    return this.exports.netCaptureStage(STAGE[stage], verdict === undefined ? 0xff : 1 << VERDICT[verdict]);
  }

  /** Frames seen since the last call. */
  frames(): CapturedFrame[] {
    const frames = decodeCapture(this.#kernel.read(this.exports.netCaptured(), this.exports.netCapturedBytes()));
    this.exports.netClearCapture();
    return frames;
  }

  #numbers(at: number, count: number): number[] {
    const view = new DataView(this.#kernel.memory.buffer, at, count * 8);
    return Array.from({ length: count }, (_, i) => Number(view.getBigUint64(i * 8, true)));
  }

  device(ifindex: number): Readonly<Record<DeviceCounter, number>> | null {
    const at = this.exports.netDeviceCounters(ifindex);
    if (at === 0) return null;
    const values = this.#numbers(at, DEVICE_COUNTERS.length);
    return Object.fromEntries(DEVICE_COUNTERS.map((name, i) => [name, values[i] ?? 0])) as Record<
      DeviceCounter,
      number
    >;
  }

  socket(number: number): Readonly<Record<SocketCounter, number>> | null {
    const at = this.exports.netSocketCounters(number);
    if (at === 0) return null;
    const values = this.#numbers(at, SOCKET_COUNTERS.length);
    return Object.fromEntries(SOCKET_COUNTERS.map((name, i) => [name, values[i] ?? 0])) as Record<
      SocketCounter,
      number
    >;
  }

  counts(): NetworkCounts {
    const work = this.#numbers(this.exports.netCounts(), COSTS.length);
    const stages = this.#numbers(this.exports.netStages(), 128);
    const drops = this.#numbers(this.exports.netDrops(), DROP_REASONS.length);
    const named = Object.fromEntries(COSTS.map(({ name }, i) => [name, work[i] ?? 0]));
    const byStage: Partial<Record<StageName, { packets: number; nanoseconds: number }>> = {};
    let nanoseconds = 0;
    for (const [name, id] of Object.entries(STAGE)) {
      const packets = stages[id * 2] ?? 0;
      if (packets === 0) continue;
      byStage[name as StageName] = { packets, nanoseconds: stages[id * 2 + 1] ?? 0 };
      nanoseconds += stages[id * 2 + 1] ?? 0;
    }
    return {
      work: named,
      stages: byStage,
      drops: Object.fromEntries(
        DROP_REASONS.map((name, i) => [name, drops[i] ?? 0] as const).filter(([, count]) => count > 0),
      ),
      nanoseconds,
      allocations: (named['skb_alloc'] ?? 0) + (named['buffer_alloc'] ?? 0),
      bytesCopied: named['copy_byte'] ?? 0,
      packets: this.exports.netPackets(),
    };
  }
}
