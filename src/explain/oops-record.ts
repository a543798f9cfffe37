// Reads the record that the simulated kernel leaves of a fault (src/kernel/module/report.ts has its layout).

export type FaultKind =
  | 'page fault'
  | 'general protection'
  | 'divide'
  | 'invalid opcode'
  | 'bug'
  | 'warning'
  | 'stack guard'
  | 'soft lockup'
  | 'scheduling while atomic'
  | 'sleeping while atomic'
  | 'stack dump';

const KINDS: readonly FaultKind[] = [
  'page fault',
  'general protection',
  'divide',
  'invalid opcode',
  'bug',
  'warning',
  'stack guard',
  'soft lockup',
  'scheduling while atomic',
  'sleeping while atomic',
  'stack dump',
];

/** An address with the symbol that it lies in. */
export interface Place {
  readonly address: bigint;
  /** null: it lies in none */
  readonly symbol: {
    readonly name: string;
    readonly offset: bigint;
    readonly size: bigint;
    readonly module: string;
  } | null;
}

/** struct pt_regs of a task's way into the kernel, by x86's names. */
export type UserRegisters = Readonly<Record<(typeof USER_REGISTERS)[number], bigint>>;
// prettier-ignore
const USER_REGISTERS = ['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax', 'cx', 'dx', 'si', 'di', 'orig_ax', 'ip', 'cs', 'flags', 'sp', 'ss'] as const;

export type TraceEntry =
  | {
      readonly kind: 'call';
      readonly place: Place;
      /** false: it only looks like a return address */ readonly certain: boolean;
    }
  | { readonly kind: '<IRQ>' | '</IRQ>' | '<TASK>' | '</TASK>' }
  | { readonly kind: 'user'; readonly registers: UserRegisters };

/** A fault as data: every value is the machine's at that moment. */
export interface FaultReport {
  readonly kind: FaultKind;
  /** of a page fault, in x86's bits */
  readonly errorCode: number;
  /** what was touched */
  readonly address: bigint;
  readonly rip: Place;
  /** r0 to r10 and the stack pointer */
  readonly registers: readonly bigint[];
  readonly flags: bigint;
  readonly cr2: bigint;
  readonly cr3: bigint;
  readonly gs: bigint;
  readonly fs: bigint;
  readonly cpu: number;
  readonly pid: number;
  readonly uid: number;
  readonly comm: string;
  readonly taint: number;
  /** counts oopses from 1 */
  readonly number: number;
  /** entries of the page tables on the way to `address`, from the PGD's on, as far as the walk came */
  readonly walk: readonly bigint[];
  /** 64 bytes, the 43rd is RIP's; empty when they cannot be read */
  readonly code: Uint8Array;
  readonly preemptCount: number;
  readonly stack: { readonly low: bigint; readonly end: bigint; readonly interrupt: boolean };
  readonly trace: readonly TraceEntry[];
  /** as Linux lists them, newest first: "faults(OE+) veth" */
  readonly modules: string;
  readonly file: string;
  readonly line: number;
  readonly seconds: number;
}

const text = new TextDecoder();

export function readFaultRecord(bytes: Uint8Array): FaultReport {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  const span = (at: number): string => text.decode(bytes.subarray(u32(at), u32(at) + u32(at + 4)));
  const trace: TraceEntry[] = [];
  let rip: Place = { address: u64(16), symbol: null };
  for (let i = 0, at = 352; i < u32(332); i++) {
    const nameSize = bytes[at + 26] ?? 0;
    const moduleSize = bytes[at + 27] ?? 0;
    const name = text.decode(bytes.subarray(at + 32, at + 32 + nameSize));
    const module = text.decode(bytes.subarray(at + 32 + nameSize, at + 32 + nameSize + moduleSize));
    const symbol = nameSize === 0 ? null : { name, module, offset: u64(at + 8), size: u64(at + 16) };
    const place: Place = { address: u64(at), symbol };
    switch (bytes[at + 24]) {
      case 0:
        trace.push({ kind: 'call', place, certain: bytes[at + 25] === 1 });
        break;
      case 1:
        rip = place;
        break;
      case 6: {
        const registers = Object.fromEntries(USER_REGISTERS.map((register, k) => [register, u64(at + 32 + 8 * k)]));
        trace.push({ kind: 'user', registers: registers as UserRegisters });
        break;
      }
      default:
        trace.push({
          kind: (['<IRQ>', '</IRQ>', '<TASK>', '</TASK>'] as const)[(bytes[at + 24] ?? 2) - 2] ?? '<TASK>',
        });
    }
    at += u32(at + 28);
  }
  const comm = text.decode(bytes.subarray(168, 184));
  return {
    kind: KINDS[u32(0) - 1] ?? 'invalid opcode',
    errorCode: u32(4),
    address: u64(8),
    rip,
    registers: Array.from({ length: 12 }, (_, i) => u64(24 + 8 * i)),
    flags: u64(120),
    cr2: u64(128),
    cr3: u64(136),
    gs: u64(144),
    fs: u64(152),
    cpu: u32(160),
    pid: u32(164),
    uid: u32(228),
    comm: comm.slice(0, comm.indexOf('\0') < 0 ? comm.length : comm.indexOf('\0')),
    taint: u32(184),
    number: u32(188),
    walk: Array.from({ length: u32(224) }, (_, i) => u64(192 + 8 * i)),
    code: bytes.subarray(240, 240 + u32(232)),
    preemptCount: u32(236),
    stack: { low: u64(312), end: u64(320), interrupt: u32(328) === 1 },
    trace,
    modules: span(336),
    file: span(344),
    line: u32(304),
    seconds: u32(308),
  };
}
