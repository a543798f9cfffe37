// What came of one job done one of three ways: plain data, structured-clonable, for the page, the command line and tests.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec, Project, VerifyReport } from './api.ts';

export const WAYS = ['patch', 'module', 'ebpf'] as const;
export type Way = (typeof WAYS)[number];

/** What is built, and upon what it is tried. */
export interface WayOrder {
  readonly way: Way;
  /** patch: `main` stands for the kernel's ip_input.c, further files for its files of the same name; module and ebpf: one program */
  readonly project: Project;
  readonly packets: readonly PacketSpec[];
  readonly seed?: number;
  /** ebpf: which program of the object; else its only one */
  readonly program?: string;
  /** module: what insmod is told */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * `refused`: by the patch, the module or the program; `discarded`: by the kernel, for reasons of its own; `fatal`: the machine died over it;
 * `unseen`: it came after that.
 */
export const FATES = ['delivered', 'refused', 'discarded', 'fatal', 'unseen'] as const;
export type Fate = (typeof FATES)[number];

export interface WayPacket {
  readonly summary: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: number;
  readonly fate: Fate;
  /** where it ended, as src/bpf/network.ts names stages; '' when nobody saw it */
  readonly stage: string;
  /** why it was dropped, as Linux names reasons; '' when it was not */
  readonly reason: string;
}

export interface WayFault {
  /** the report's first line, as in the kernel's log */
  readonly title: string;
  readonly kind: string;
  /** where in the C; null: nowhere */
  readonly source: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** Work that was counted where it was done, and what it took. */
export interface WayCounts {
  readonly packets: number;
  /** struct sk_buff and buffers taken from the allocator */
  readonly allocations: number;
  readonly bytesCopied: number;
  /** routing, neighbour and socket tables asked */
  readonly lookups: number;
  /** simulated: units of work times their price (src/bpf/costs.ts) */
  readonly nanoseconds: number;
  readonly stages: readonly { readonly name: string; readonly packets: number; readonly nanoseconds: number }[];
}

export type MachineState = 'alive' | 'panicked' | 'hanging';

/** What an ordinary user made of a module's mistake. */
export interface AttackReport {
  readonly userBefore: number;
  readonly userAfter: number;
  /** text that only the kernel should know */
  readonly secret: string;
  /** words of kernel memory that were read and written */
  readonly reads: number;
  readonly writes: number;
}

export interface WayReport {
  readonly way: Way;
  readonly diagnostics: readonly Diagnostic[];
  /** built, loaded and in the packets' way */
  readonly started: boolean;
  /** insmod's words; '' when it had none */
  readonly said: string;
  /** ebpf: what the verifier said; null for the others, and when it was not asked */
  readonly verified: readonly VerifyReport[] | null;
  readonly packets: readonly WayPacket[];
  readonly counts: WayCounts | null;
  readonly state: MachineState;
  /** dmesg */
  readonly log: readonly string[];
  readonly faults: readonly WayFault[];
  /** null: the module has no door that is open to others */
  readonly attack: AttackReport | null;
}

export const TRAFFICS = ['mixed', 'calm', 'flood'] as const;
export type TrafficName = (typeof TRAFFICS)[number];

export interface TrafficSpec {
  readonly name: TrafficName;
  readonly count: number;
  readonly seed: number;
}

/** One job, three ways, the same packets. */
export interface ThreeWaysOrder {
  readonly projects: Readonly<Record<Way, Project>>;
  readonly traffic: TrafficSpec;
  /** only these; default: all three */
  readonly ways?: readonly Way[];
  /** a machine that was just restarted: nothing is loaded into it */
  readonly bare?: boolean;
}

export interface Disruption {
  /** how often the machine was restarted to get the change in */
  readonly reboots: number;
  /** TCP connections that stood before the change, and those that still answer when all is over */
  readonly connections: number;
  readonly kept: number;
  /** simulated nanoseconds since the machine's start: just before the change and just after it */
  readonly uptimeBefore: number;
  readonly uptimeAfter: number;
}

export interface ThreeWaysColumn {
  readonly way: Way;
  readonly diagnostics: readonly Diagnostic[];
  readonly started: boolean;
  readonly said: string;
  readonly verified: readonly VerifyReport[] | null;
  /** how many packets ended how */
  readonly fates: Readonly<Record<Fate, number>>;
  /** a byte a packet: its place in FATES */
  readonly each: Uint8Array;
  readonly counts: WayCounts | null;
  /** the same for unwanted packets alone, by the packet: what refusing one costs; null: the machine refuses nobody any more */
  readonly refusal: Pick<WayCounts, 'allocations' | 'bytesCopied' | 'lookups' | 'nanoseconds'> | null;
  readonly disruption: Disruption;
  readonly state: MachineState;
  readonly log: readonly string[];
  readonly faults: readonly WayFault[];
}

export interface ThreeWaysReport {
  readonly columns: readonly ThreeWaysColumn[];
  readonly packets: number;
  /** packets from the unwanted address */
  readonly unwanted: number;
  /** called off: what there is, is of what was done until then */
  readonly cancelled: boolean;
}

export interface ThreeWaysProgress {
  readonly way: Way;
  /** packets sent so far in all columns, and all of them */
  readonly done: number;
  readonly total: number;
}
