// The intermediate representation: typed SSA close to LLVM's, so that an LLVM front end could stand before it.
//
// Values narrower than 32 bits exist in memory only: a load of 1 or 2 bytes extends to i32, a store truncates, and
// arithmetic on them was promoted by the front end. Addresses are `ptradd base, bytes`. Blocks list their phis apart;
// a phi's operands stand in the order of its block's predecessors.
import type { FunctionDeclaration, Location, Type } from '../tree.ts';

export type IrType = 'void' | 'i1' | 'i32' | 'i64' | 'ptr';

export type Predicate = 'eq' | 'ne' | 'ult' | 'ule' | 'ugt' | 'uge' | 'slt' | 'sle' | 'sgt' | 'sge';

export type BinaryOp =
  'add' | 'sub' | 'mul' | 'udiv' | 'sdiv' | 'urem' | 'srem' | 'and' | 'or' | 'xor' | 'shl' | 'lshr' | 'ashr';

export type Op =
  /** leaves: constants are interned per function and stand in no block */
  | 'const'
  | 'undef'
  | 'param'
  /** the address of a global, a map or a function (`symbol`) */
  | 'symbol'
  /** `size` bytes of stack, `align`ed; the value is their address */
  | 'alloca'
  /** args: alloca. Between them its contents matter; elsewhere other slots may stand there */
  | 'lifestart'
  | 'lifeend'
  | BinaryOp
  | 'icmp'
  | 'zext'
  | 'sext'
  | 'trunc'
  /** the low `width` bytes of a value, sign-extended to the value's own type */
  | 'sextlow'
  /** byte order of the low `width` bytes reversed, the rest zero */
  | 'bswap'
  | 'ptradd'
  /** `width` bytes at args[0]; `signed` says how 1 and 2 bytes extend */
  | 'load'
  /** args: address, value */
  | 'store'
  /** args: address, operand [, expected for cmpxchg]; `atomic` says what */
  | 'atomic'
  | 'fence'
  /** args: destination, source; `size` bytes */
  | 'memcpy'
  /** args: destination, byte; `size` bytes */
  | 'memset'
  /** args: as the callee takes them; `callee` */
  | 'call'
  | 'phi'
  | 'select'
  /** a CO-RE constant: `relocation` */
  | 'core'
  /** a value that the optimiser must not look through */
  | 'opaque'
  | 'asm'
  /** the i-th (`width`) output of the asm (or, in a target of its own, of the asmgoto) at args[0] */
  | 'asmout'
  /** asm that may jump: targets[0] is where it falls through to, the others are its labels */
  | 'asmgoto'
  | 'jump'
  | 'br'
  | 'ret'
  | 'unreachable';

export type AtomicOp = 'add' | 'and' | 'or' | 'xor' | 'xchg' | 'cmpxchg';

export type Callee =
  | { readonly kind: 'helper'; readonly number: number }
  /** a function of this unit or an extern one */
  | { readonly kind: 'function'; readonly declaration: FunctionDeclaration }
  /** the address is args[0] */
  | { readonly kind: 'indirect' }
  /** kernel mode: no call, the address at this distance from the frame pointer */
  | { readonly kind: 'frame'; readonly offset: number };

export interface CoreRelocation {
  /** the type that the access string starts from */
  readonly type: Type;
  /** "0:1:2", or an enumerator's index */
  readonly access: string;
  /** libbpf's enum bpf_core_relo_kind */
  readonly kind: number;
}

/** What a symbol stands for when the object is written. */
export type SymbolTarget =
  | { readonly kind: 'data'; readonly data: DataObject }
  | { readonly kind: 'function'; readonly declaration: FunctionDeclaration };

/** A global variable or string literal: bytes with relocations. */
export interface DataObject {
  readonly name: string;
  /** for the symbol table: a static local's name has its function's before it */
  readonly symbolName: string;
  section: string;
  readonly bytes: Uint8Array;
  readonly align: number;
  readonly type: Type;
  readonly linkage: 'static' | 'global' | 'extern';
  readonly weak: boolean;
  readonly hidden: boolean;
  /** no store can change it, so loads at constant offsets fold */
  constant: boolean;
  /** volatile, weak or in a section of the user's choice: somebody outside may write it */
  readonly mayChange: boolean;
  readonly zero: boolean;
  readonly declTags: readonly string[];
  readonly relocations: readonly { readonly offset: number; readonly target: SymbolTarget; readonly addend: number }[];
  /** a string literal: no symbol of its own in BTF */
  readonly literal: boolean;
  /** set when code or another object refers to it, or when it must be kept */
  used: boolean;
}

export interface AssemblyText {
  readonly template: string;
  readonly outputs: readonly { readonly name: string; readonly constraint: string; readonly type: IrType }[];
  readonly inputs: readonly { readonly name: string; readonly constraint: string }[];
  readonly clobbers: readonly string[];
  /** of an asmgoto, in the order of its targets from 1 on */
  readonly labels: readonly string[];
  readonly volatile: boolean;
}

/** Shared by all instructions but terminators: lists of targets are replaced, not written to. */
const NO_TARGETS: Block[] = [];

export class Inst {
  op: Op;
  type: IrType;
  args: Inst[];
  at: Location;
  block: Block | null = null;
  /** set when another value takes this one's place; `resolve` follows it */
  forward: Inst | null = null;
  /** numbers values for printing and for passes' side tables */
  id = 0;

  /** const */
  value = 0n;
  /** load, store, atomic, sextlow, bswap: bytes; param, asmout: index */
  width = 0;
  signed = false;
  volatile = false;
  /** load, store: C's effective type as a number, 0 for what may alias anything (characters, unions, copies) */
  aliasClass = 0;
  /** load, store: known alignment in bytes; alloca, memcpy, memset: of the (destination) memory */
  align = 1;
  sourceAlign = 1;
  /** alloca, memcpy, memset: bytes; call: how many of its last arguments stand for the callee's `...` */
  size = 0;
  /** add, sub, mul of signed operands: overflow is undefined, as C has it */
  nsw = false;
  predicate: Predicate = 'eq';
  atomic: AtomicOp = 'add';
  symbol: SymbolTarget | null = null;
  callee: Callee | null = null;
  relocation: CoreRelocation | null = null;
  assembly: AssemblyText | null = null;
  /** alloca: the variable's name, for diagnostics and dumps */
  name = '';
  /** terminators */
  targets: Block[] = NO_TARGETS;

  constructor(op: Op, type: IrType, args: Inst[], at: Location) {
    this.op = op;
    this.type = type;
    this.args = args;
    this.at = at;
  }
}

export class Block {
  readonly id: number;
  phis: Inst[] = [];
  insts: Inst[] = [];
  preds: Block[] = [];
  /** of the loop whose header this is: what `#pragma unroll` asked for */
  unroll: 'full' | 'no' | number | null = null;
  /** a scratch number for passes: order, mark */
  order = 0;

  constructor(id: number) {
    this.id = id;
  }

  get terminator(): Inst | null {
    const last = this.insts[this.insts.length - 1];
    return last && isTerminator(last) ? last : null;
  }

  get successors(): readonly Block[] {
    return this.terminator?.targets ?? NO_BLOCKS;
  }
}

const NO_BLOCKS: readonly Block[] = [];

export class Func {
  readonly declaration: FunctionDeclaration;
  readonly name: string;
  /** blocks[0] is the entry; it has no predecessors */
  blocks: Block[] = [];
  params: Inst[] = [];
  result: IrType;
  /** kernel mode: the call that a memcpy or memset of many bytes becomes */
  library: ((inst: Inst) => Inst) | null = null;
  private nextBlock = 0;
  private readonly constants = new Map<string, Inst>();

  constructor(declaration: FunctionDeclaration, result: IrType) {
    this.declaration = declaration;
    this.name = declaration.name;
    this.result = result;
  }

  /** A block that stands in no order yet. */
  block(): Block {
    return new Block(this.nextBlock++);
  }

  /** Constants are unique in a function, so that equality is identity. `value` is kept as an unsigned number of the type's width. */
  constant(type: IrType, value: bigint): Inst {
    const v = wrap(type, value);
    const key = `${type}${v}`;
    let inst = this.constants.get(key);
    if (!inst) {
      inst = new Inst('const', type, [], 0);
      inst.value = v;
      this.constants.set(key, inst);
    }
    return inst;
  }

  undefined(type: IrType): Inst {
    const key = `?${type}`;
    let inst = this.constants.get(key);
    if (!inst) {
      inst = new Inst('undef', type, [], 0);
      this.constants.set(key, inst);
    }
    return inst;
  }
}

/** A translation unit in SSA form. */
export interface Module {
  readonly functions: Func[];
  readonly data: DataObject[];
}

export function isTerminator(inst: Inst): boolean {
  const { op } = inst;
  return op === 'jump' || op === 'br' || op === 'ret' || op === 'unreachable' || op === 'asmgoto';
}

export function bitsOf(type: IrType): number {
  return type === 'i1' ? 1 : type === 'i32' ? 32 : 64;
}

/** The value modulo 2^bits, unsigned. */
export function wrap(type: IrType, value: bigint): bigint {
  return BigInt.asUintN(bitsOf(type), value);
}

export function signedValue(inst: Inst): bigint {
  return BigInt.asIntN(bitsOf(inst.type), inst.value);
}

export function isNonNegativeConstant(inst: Inst): boolean {
  return inst.op === 'const' && signedValue(inst) >= 0n;
}

const BINARY = new Set<Op>([
  'add',
  'sub',
  'mul',
  'udiv',
  'sdiv',
  'urem',
  'srem',
  'and',
  'or',
  'xor',
  'shl',
  'lshr',
  'ashr',
]);
export function isBinary(op: Op): op is BinaryOp {
  return BINARY.has(op);
}

export function isCommutative(op: Op): boolean {
  return op === 'add' || op === 'mul' || op === 'and' || op === 'or' || op === 'xor';
}

/** Says where a stack slot's contents matter, and needs the slot for nothing else. */
export function isLifetime(inst: Inst): boolean {
  return inst.op === 'lifestart' || inst.op === 'lifeend';
}

/** Must stay even if nobody reads its value. */
export function hasEffect(inst: Inst): boolean {
  switch (inst.op) {
    case 'store':
    case 'atomic':
    case 'fence':
    case 'lifestart':
    case 'lifeend':
    case 'memcpy':
    case 'memset':
    case 'call':
    case 'jump':
    case 'br':
    case 'ret':
    case 'unreachable':
    case 'asmgoto':
      return true;
    case 'load':
      return inst.volatile;
    case 'asm':
      return inst.assembly!.volatile || inst.assembly!.outputs.length === 0;
    default:
      return false;
  }
}

/** No effect, no memory, no dependence on the place: equal operands give equal values. */
export function isPure(inst: Inst): boolean {
  if (isBinary(inst.op)) return true;
  switch (inst.op) {
    case 'icmp':
    case 'zext':
    case 'sext':
    case 'trunc':
    case 'sextlow':
    case 'bswap':
    case 'ptradd':
    case 'select':
    case 'symbol':
    case 'core':
      return true;
    default:
      return false;
  }
}

export function resolve(inst: Inst): Inst {
  let end = inst;
  while (end.forward) end = end.forward;
  // path compression, since chains grow with every pass
  for (let i = inst; i !== end;) {
    const next: Inst = i.forward!;
    i.forward = end;
    i = next;
  }
  return end;
}

/** Replaces every forwarded operand by what stands for it, and drops the forwarded instructions. */
export function sweepForwards(func: Func): void {
  for (const block of func.blocks) {
    for (const list of [block.phis, block.insts]) {
      let kept = 0;
      for (const inst of list) {
        if (inst.forward) continue;
        const args = inst.args;
        for (let i = 0; i < args.length; i++) if (args[i]!.forward) args[i] = resolve(args[i]!);
        list[kept++] = inst;
      }
      list.length = kept;
    }
  }
}

/** Recomputes predecessor lists after edges were only removed or added without phis in the targets. */
export function removePredecessor(block: Block, pred: Block): void {
  const i = block.preds.indexOf(pred);
  if (i < 0) return;
  block.preds.splice(i, 1);
  for (const phi of block.phis) phi.args.splice(i, 1);
}

export function append(block: Block, inst: Inst): Inst {
  inst.block = block;
  block.insts.push(inst);
  return inst;
}

/** A copy without operands and targets resolved: the caller maps them. */
export function cloneInst(inst: Inst): Inst {
  const copy = new Inst(inst.op, inst.type, inst.args.slice(), inst.at);
  copy.value = inst.value;
  copy.width = inst.width;
  copy.signed = inst.signed;
  copy.volatile = inst.volatile;
  copy.aliasClass = inst.aliasClass;
  copy.align = inst.align;
  copy.sourceAlign = inst.sourceAlign;
  copy.size = inst.size;
  copy.nsw = inst.nsw;
  copy.predicate = inst.predicate;
  copy.atomic = inst.atomic;
  copy.symbol = inst.symbol;
  copy.callee = inst.callee;
  copy.relocation = inst.relocation;
  copy.assembly = inst.assembly;
  copy.name = inst.name;
  if (inst.targets.length > 0) copy.targets = inst.targets.slice();
  return copy;
}

export function countInstructions(func: Func): number {
  let n = 0;
  for (const block of func.blocks) n += block.phis.length + block.insts.length;
  return n;
}

const INVERSE: Record<Predicate, Predicate> = {
  eq: 'ne',
  ne: 'eq',
  ult: 'uge',
  uge: 'ult',
  ule: 'ugt',
  ugt: 'ule',
  slt: 'sge',
  sge: 'slt',
  sle: 'sgt',
  sgt: 'sle',
};
export function inversePredicate(predicate: Predicate): Predicate {
  return INVERSE[predicate];
}

const SWAPPED: Record<Predicate, Predicate> = {
  eq: 'eq',
  ne: 'ne',
  ult: 'ugt',
  ugt: 'ult',
  ule: 'uge',
  uge: 'ule',
  slt: 'sgt',
  sgt: 'slt',
  sle: 'sge',
  sge: 'sle',
};
/** The predicate after exchanging the operands. */
export function swappedPredicate(predicate: Predicate): Predicate {
  return SWAPPED[predicate];
}
