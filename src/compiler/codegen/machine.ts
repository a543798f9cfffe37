// Machine code before register allocation: eBPF instructions over virtual registers.
import type { CoreRelocation, SymbolTarget } from '../ir/ir.ts';
import type { FunctionDeclaration, Location } from '../tree.ts';

/** 0 to 10 are eBPF's registers; from FIRST_VIRTUAL on they are virtual. */
export type Register = number;
export const NO_REGISTER = -1;
export const FIRST_VIRTUAL = 16;
export const FRAME_POINTER = 10;

export type MachineKind =
  /** dst = src, 64 bits; may disappear */
  | 'copy'
  /** dst = imm (or a 64-bit number in `wide`) */
  | 'constant'
  /** dst = address of `symbol`, or a 64-bit number: two slots */
  | 'wide'
  /** dst = src (an operation on two different registers: mov32, movsx) */
  | 'move'
  /** dst = dst op (src or imm) */
  | 'alu'
  | 'load'
  | 'store'
  /** store of imm */
  | 'storeimm'
  /** `fetch`: src receives the old value; compare-exchange uses and sets r0 */
  | 'atomic'
  /** to `target` if the comparison holds, else on to the next block */
  | 'branch'
  | 'jump'
  | 'call'
  | 'exit'
  | 'asm';

export interface AssemblyOperands {
  readonly template: string;
  /** operand number or name → index into `registers` */
  readonly names: ReadonlyMap<string, number>;
  readonly registers: Register[];
  readonly reads: readonly boolean[];
  readonly writes: readonly boolean[];
  /** operands that are written as lower halves: w1 */
  readonly words: ReadonlySet<number>;
  /** immediates by operand number */
  readonly immediates: ReadonlyMap<number, bigint>;
  readonly symbols: ReadonlyMap<number, SymbolTarget>;
  readonly clobbers: readonly Register[];
  /** of an `asm goto`: label number or name → index into `targets` */
  readonly labels: ReadonlyMap<string, number>;
  readonly targets: MachineBlock[];
}

export class Machine {
  kind: MachineKind;
  opcode: number;
  dst: Register;
  src: Register;
  offset = 0;
  imm = 0;
  at: Location;
  wide = 0n;
  symbol: SymbolTarget | null = null;
  core: CoreRelocation | null = null;
  callee: FunctionDeclaration | null = null;
  target: MachineBlock | null = null;
  /** call: how many of r1… it reads; exit: 1 if it reads r0 */
  reads = 0;
  fetch = false;
  /** the number of the spill slot that a load or store moves, -1 for other memory */
  spill = -1;
  assembly: AssemblyOperands | null = null;

  constructor(kind: MachineKind, opcode: number, dst: Register, src: Register, at: Location) {
    this.kind = kind;
    this.opcode = opcode;
    this.dst = dst;
    this.src = src;
    this.at = at;
  }
}

export class MachineBlock {
  readonly id: number;
  code: Machine[] = [];
  successors: MachineBlock[] = [];
  predecessors: MachineBlock[] = [];
  depth = 0;
  /** position in the layout */
  index = 0;

  constructor(id: number) {
    this.id = id;
  }
}

export class MachineFunction {
  readonly name: string;
  blocks: MachineBlock[] = [];
  nextRegister = FIRST_VIRTUAL;
  /** bytes of stack used so far */
  frame = 0;
  /** kernel mode: bytes of arguments that its calls pass on the stack, at most */
  outgoing = 0;
  /** spill slots, numbered from 0; they have no place in the frame yet */
  spills = 0;
  /** what an `asm goto` writes: to be copied on each way out of it, where no store could stand between */
  readonly unspillable = new Set<Register>();

  constructor(name: string) {
    this.name = name;
  }

  register(): Register {
    return this.nextRegister++;
  }

  /** Reserves stack; the result is the (negative) offset from r10. */
  slot(size: number, align: number): number {
    this.frame = Math.ceil((this.frame + size) / align) * align;
    return -this.frame;
  }
}

/** Registers that an instruction reads. */
export function forEachRead(m: Machine, visit: (register: Register) => void): void {
  switch (m.kind) {
    case 'copy':
    case 'move':
    case 'load':
      visit(m.src);
      return;
    case 'alu':
      visit(m.dst);
      if (m.src >= 0) visit(m.src);
      return;
    case 'store':
      visit(m.dst);
      visit(m.src);
      return;
    case 'storeimm':
      visit(m.dst);
      return;
    case 'atomic':
      visit(m.dst);
      visit(m.src);
      if (m.reads > 0) visit(0);
      return;
    case 'branch':
      visit(m.dst);
      if (m.src >= 0) visit(m.src);
      return;
    case 'call':
      for (let i = 1; i <= m.reads; i++) visit(i);
      if (m.src >= 0) visit(m.src);
      return;
    case 'exit':
      if (m.reads > 0) visit(0);
      return;
    case 'asm': {
      const a = m.assembly!;
      a.registers.forEach((r, i) => {
        if (a.reads[i]) visit(r);
      });
      return;
    }
    default:
      return;
  }
}

/** Registers that an instruction sets or destroys. */
export function forEachWrite(m: Machine, visit: (register: Register) => void): void {
  switch (m.kind) {
    case 'copy':
    case 'move':
    case 'constant':
    case 'wide':
    case 'alu':
    case 'load':
      visit(m.dst);
      return;
    case 'atomic':
      if (m.reads > 0) visit(0);
      else if (m.fetch) visit(m.src);
      return;
    case 'call':
      for (let i = 0; i <= 5; i++) visit(i);
      return;
    case 'asm': {
      const a = m.assembly!;
      a.registers.forEach((r, i) => {
        if (a.writes[i]) visit(r);
      });
      a.clobbers.forEach(visit);
      return;
    }
    default:
      return;
  }
}

/** Replaces virtual registers by what `map` says. */
export function mapRegisters(m: Machine, map: (register: Register) => Register): void {
  if (m.dst >= FIRST_VIRTUAL) m.dst = map(m.dst);
  if (m.src >= FIRST_VIRTUAL) m.src = map(m.src);
  if (m.assembly) {
    const registers = m.assembly.registers;
    for (let i = 0; i < registers.length; i++) if (registers[i]! >= FIRST_VIRTUAL) registers[i] = map(registers[i]!);
  }
}
