// What the lab takes and gives: plain data, structured-clonable, the same for the worker, the command line and tests.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

export type {
  CompletionItem,
  CompletionReport,
  DefinitionReport,
  HoverReport,
  Place,
  SignatureReport,
  SymbolReport,
  Topic,
} from '../compiler/service/reports.ts';

/** A reader's project: C files by path, and which of them is compiled. */
export interface Project {
  readonly files: Readonly<Record<string, string>>;
  readonly main: string;
  /** kernel-mode C: a module, or a patch of the kernel; without it: eBPF */
  readonly target?: KernelTarget;
}

export type KernelTarget = 'module' | 'patch';

/** A packet by fields (whatever is left out gets a sensible value, lengths and checksums included) or as bytes. */
export interface PacketSpec {
  readonly hex?: string;
  readonly ethernet?: { readonly source?: string; readonly destination?: string; readonly type?: number | string };
  readonly vlan?: { readonly id: number; readonly priority?: number };
  readonly ipv4?: {
    readonly source: string;
    readonly destination: string;
    readonly ttl?: number;
    readonly id?: number;
    readonly protocol?: number | string;
  };
  readonly ipv6?: { readonly source: string; readonly destination: string; readonly hopLimit?: number };
  readonly arp?: { readonly operation: 'request' | 'reply'; readonly source: string; readonly target: string };
  readonly icmp?: {
    readonly type?: 'echo-request' | 'echo-reply' | number;
    readonly id?: number;
    readonly sequence?: number;
  };
  readonly udp?: { readonly source: number; readonly destination: number };
  readonly tcp?: { readonly source: number; readonly destination: number; readonly flags?: string };
  /** text, sent as UTF-8 */
  readonly payload?: string;
  /** cut the frame to so many bytes, for broken packets */
  readonly truncate?: number;
  /** how many times it is sent, one after the other (default 1) */
  readonly count?: number;
  /** the processor that receives it: 0 (the default) or 1 */
  readonly cpu?: number;
}

export interface Scenario {
  /** name of the program to run; default: the object's only one */
  readonly program?: string;
  readonly seed?: number;
  readonly packets: readonly (PacketSpec & { readonly expect?: string })[];
  /** perf_event programs: the network whose work they sample, as `network` of example.json; without it: one machine on one cable */
  readonly network?: unknown;
  /** expected map contents after the run, for tests: map → key → value, as bpftool prints them by BTF */
  readonly maps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** examples/NAME/example.json */
export interface ExampleDescription {
  /** what its programs are; without it: eBPF */
  readonly kind?: KernelTarget;
  /** the file that a chapter shows first */
  readonly main: string;
  /** further files the page shows (a loader, a Makefile) */
  readonly files: readonly string[];
  /** broken versions: each compiles, and the verifier must refuse it with this last message on this line */
  readonly variants: readonly {
    readonly file: string;
    readonly errno: number;
    readonly message: string;
    readonly line: number;
    /** a patch's and a module's: in which state they leave the machine, what becomes of each packet; `message` is the log's, '' if none */
    readonly ends?: 'alive' | 'panicked' | 'hanging';
    readonly fates?: readonly string[];
    /** another user's process finds its way in */
    readonly attack?: boolean;
  }[];
  readonly scenario: Scenario;
  /** a whole network for the example's programs; held against src/lab/scenario.ts before it is used */
  readonly network?: unknown;
}

export interface MapEntry {
  readonly key: string;
  readonly value: string;
  /** decoded by BTF, null when there is none */
  readonly decoded: { readonly key: unknown; readonly value: unknown } | null;
}

export interface MapReport {
  readonly name: string;
  readonly type: string;
  readonly entries: readonly MapEntry[];
  /** more entries exist than are listed */
  readonly truncated: boolean;
}

export interface PacketReport {
  /** one line in tcpdump's manner: "10.2.2.1 > 10.2.2.2: ICMP echo request, length 98" */
  readonly summary: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: number;
  readonly retval: number;
  /** the return value's name (XDP_DROP), or its number */
  readonly verdict: string;
  readonly instructions: number;
  /** what came out, hex; null when it was dropped */
  readonly dataOut: string | null;
  readonly expected: string | null;
}

/** A record that a program sent to user space. */
export interface EventReport {
  readonly map: string;
  readonly length: number;
  /** hexadecimal */
  readonly bytes: string;
  /** the struct that it is by BTF, and its members; null where BTF leaves that open */
  readonly type: string | null;
  readonly decoded: unknown;
}

export interface VerifyReport {
  readonly program: string;
  readonly accepted: boolean;
  readonly errno: number;
  /** Linux's own last message before "processed", '' when accepted */
  readonly message: string;
  /** instructions the verifier walked, states it kept */
  readonly processed: number;
  readonly states: number;
  /** the kernel-format log at level 1 (failing path) */
  readonly log: string;
}

export interface Fault {
  readonly kind: string;
  readonly instruction: number;
  readonly address: string;
}

/** How a machine's work was sampled. */
export interface ProfileReport {
  readonly samples: number;
  /** nanoseconds of work between two samples */
  readonly period: number;
  /** packets that the machine worked on meanwhile */
  readonly packets: number;
}

/** The outcome of one Run. Stages that were not reached are null; `diagnostics` says why, on the C line. */
export interface RunReport {
  readonly diagnostics: readonly Diagnostic[];
  readonly compiled: {
    readonly objectBytes: number;
    readonly programs: readonly { readonly name: string; readonly section: string; readonly instructions: number }[];
  } | null;
  readonly verified: readonly VerifyReport[] | null;
  readonly packets: readonly PacketReport[] | null;
  readonly maps: readonly MapReport[] | null;
  /** lines of bpf_printk */
  readonly trace: readonly string[];
  /** what came through ring buffers and perf event arrays, in the order in which it is read; and how many more there were */
  readonly events: readonly EventReport[];
  readonly moreEvents: number;
  /** of a perf_event program: what it sampled */
  readonly profile?: ProfileReport;
  readonly fault: Fault | null;
  /** wall-clock milliseconds by stage, for the page to show; not part of the deterministic result */
  readonly milliseconds: Readonly<Record<'compile' | 'verify' | 'run', number>>;
}

/** How far the verification of a program is. */
export interface VerifyProgress {
  /** that the verifier has walked, of at most a million */
  readonly instructions: number;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** bytes of the capture that are done, and all of them */
  readonly done: number;
  readonly total: number;
  readonly packets: number;
}

/** A capture through a program. */
export interface ReplayReport {
  readonly diagnostics: readonly Diagnostic[];
  /** null: nothing has run, `diagnostics` says why */
  readonly program: string | null;
  readonly packets: number;
  /** how often each return value came, by name */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly maps: readonly MapReport[];
  readonly fault: Fault | null;
  /** packets that a socket buffer cannot hold: nothing behind the Ethernet header */
  readonly short: number;
  /** the file ends inside a packet */
  readonly cut: boolean;
  /** called off before the end: the figures are of what was done until then */
  readonly cancelled: boolean;
  /** wall-clock milliseconds of the replay, for the page to show */
  readonly milliseconds: number;
}

/** Compile and verify only: what an editor asks for as one types. */
export interface CheckReport {
  readonly diagnostics: readonly Diagnostic[];
}

/** A loaded program as `bpftool prog` sees it. */
export interface ProgramSnapshot {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly gplCompatible: boolean;
  /** the instructions as the verifier and the rewriter left them, hex */
  readonly translated: string;
  readonly mapIds: readonly number[];
  /** C prototype of the function that begins at an instruction, where BTF tells */
  readonly functions: readonly { readonly instruction: number; readonly name: string }[];
  readonly lines: readonly {
    readonly instruction: number;
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly text: string;
  }[];
}

/** A map as `bpftool map` sees it. */
export interface MapSnapshot {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly flags: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly frozen: boolean;
  readonly entries: readonly MapEntry[];
}

/** What is loaded after a run: saved with `lab run --state FILE`, read by the tools. */
export interface LabSnapshot {
  readonly programs: readonly ProgramSnapshot[];
  readonly maps: readonly MapSnapshot[];
  /** the object's types, as the kernel was given them, hex; not there: it has none */
  readonly btf?: string;
}

/** One instruction, 16 bytes long where it loads a 64-bit value. */
export interface BytecodeRow {
  readonly slot: number;
  /** hexadecimal, with blanks between */
  readonly bytes: string;
  /** in the words of the kernel's verifier log, without the opcode in front */
  readonly text: string;
  /** the function that begins here */
  readonly function: string | null;
  /** the C line that it came from */
  readonly file: string | null;
  readonly line: number | null;
}

/** One instruction of WebAssembly that does (a part of) an eBPF instruction. */
export interface WasmRow {
  /** nesting of blocks */
  readonly depth: number;
  /** in the words of the text format */
  readonly text: string;
  /** slot of the eBPF instruction */
  readonly slot: number;
}

export interface BytecodeReport {
  /** the object file, as clang would have written it */
  readonly object: Uint8Array;
  readonly programs: readonly {
    readonly name: string;
    readonly section: string;
    readonly rows: readonly BytecodeRow[];
    /** what the JIT makes of it, in the order of its code; null: it was refused, or nobody asked a machine */
    readonly wasm: readonly WasmRow[] | null;
  }[];
}

/** What a person changes in a map: text as it is shown; `value` null deletes the key. */
export interface MapEdit {
  readonly map: string;
  readonly key: string;
  readonly value: string | null;
}

/** A loaded program after something was done to it. */
export interface LiveReport {
  readonly maps: readonly MapReport[];
  /** null: none were sent */
  readonly packets: readonly PacketReport[] | null;
  readonly trace: readonly string[];
  readonly problem: Diagnostic | null;
}
