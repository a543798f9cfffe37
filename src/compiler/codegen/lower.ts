// The last changes to SSA before instructions are chosen: what eBPF has no instruction for becomes what it has.
import type { Block, Func, IrType } from '../ir/ir.ts';
import { Inst, sweepForwards } from '../ir/ir.ts';
import { knownAlign } from '../optimize/expand.ts';
import { countUses, findUsers } from '../optimize/analysis.ts';
import type { Target } from './target.ts';

export function lower(func: Func, target: Target): void {
  splitMisaligned(func);
  extendLoads(func);
  lowerConditions(func);
  if (!target.alu32) widen(func);
}

// ---------------------------------------------------------------- misaligned accesses

/** An access that is not surely aligned is made of pieces that are, as clang does for packed structures. */
function splitMisaligned(func: Func): void {
  for (const block of func.blocks) {
    if (!block.insts.some((i) => (i.op === 'load' || i.op === 'store') && i.align < i.width)) continue;
    const out: Inst[] = [];
    for (const inst of block.insts) {
      if ((inst.op === 'load' || inst.op === 'store') && inst.align < inst.width) {
        const align = knownAlign(inst.args[0]!, inst.align);
        if (align < inst.width) {
          if (inst.op === 'load') splitLoad(func, inst, align, out);
          else splitStore(func, inst, align, out);
          continue;
        }
      }
      out.push(inst);
    }
    for (const inst of out) inst.block = block;
    block.insts = out;
  }
  sweepForwards(func);
}

function addressAt(func: Func, base: Inst, offset: number, at: number, out: Inst[]): Inst {
  if (offset === 0) return base;
  // keep one constant on top of one base, so that it folds into the access
  let from = base;
  let total = BigInt(offset);
  if (base.op === 'ptradd' && base.args[1]!.op === 'const') {
    from = base.args[0]!;
    total += base.args[1]!.value;
  }
  const address = new Inst('ptradd', 'ptr', [from, func.constant('i64', total)], at);
  out.push(address);
  return address;
}

function splitLoad(func: Func, load: Inst, piece: number, out: Inst[]): void {
  const type = load.type;
  let value: Inst | null = null;
  for (let offset = 0; offset < load.width; offset += piece) {
    const address = addressAt(func, load.args[0]!, offset, load.at, out);
    let part = new Inst('load', piece === 8 ? 'i64' : 'i32', [address], load.at);
    part.width = piece;
    part.align = piece;
    part.volatile = load.volatile;
    out.push(part);
    if (type === 'i64' || type === 'ptr') {
      part = new Inst('zext', 'i64', [part], load.at);
      out.push(part);
    }
    if (value === null) {
      value = part;
      continue;
    }
    const shifted = new Inst('shl', type, [part, func.constant(type, BigInt(offset * 8))], load.at);
    const joined: Inst = new Inst('or', type, [shifted, value], load.at);
    out.push(shifted, joined);
    value = joined;
  }
  if (load.signed && load.width < 4) {
    const extended = new Inst('sextlow', type, [value!], load.at);
    extended.width = load.width;
    out.push(extended);
    value = extended;
  }
  load.forward = value;
}

function splitStore(func: Func, store: Inst, piece: number, out: Inst[]): void {
  const value = store.args[1]!;
  for (let offset = 0; offset < store.width; offset += piece) {
    const address = addressAt(func, store.args[0]!, offset, store.at, out);
    let part = value;
    if (offset > 0) {
      if (value.op === 'const') {
        part = func.constant(value.type, value.value >> BigInt(offset * 8));
      } else {
        part = new Inst('lshr', value.type, [value, func.constant(value.type, BigInt(offset * 8))], store.at);
        out.push(part);
      }
    }
    const split = new Inst('store', 'void', [address, part], store.at);
    split.width = piece;
    split.align = piece;
    split.volatile = store.volatile;
    out.push(split);
  }
}

/** A narrow signed load whose only reader extends it to 64 bits is extended once. */
function extendLoads(func: Func): void {
  const uses = countUses(func);
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const load = inst.args[0];
      if (inst.op !== 'sext' || inst.type !== 'i64' || load?.op !== 'load') continue;
      if (!load.signed || load.width >= 4 || load.type !== 'i32' || uses[load.id] !== 1) continue;
      load.type = 'i64';
      inst.forward = load;
    }
  }
  sweepForwards(func);
}

// ---------------------------------------------------------------- conditions as values

/** select, and comparisons whose result is a number, become branches: eBPF has no conditional move. */
function lowerConditions(func: Func): void {
  const users = findUsers(func);
  for (let b = 0; b < func.blocks.length; b++) {
    const block = func.blocks[b]!;
    for (let i = 0; i < block.insts.length; i++) {
      const inst = block.insts[i]!;
      if (inst.op === 'select') {
        const [condition, yes, no] = inst.args as [Inst, Inst, Inst];
        diamond(func, block, i, inst, condition, yes, no, inst.type);
        break;
      }
      if ((inst.op === 'zext' || inst.op === 'sext') && inst.args[0]!.type === 'i1' && inst.args[0]!.op === 'icmp') {
        const type = inst.type;
        const one = func.constant(type, inst.op === 'sext' ? -1n : 1n);
        diamond(func, block, i, inst, inst.args[0]!, one, func.constant(type, 0n), type);
        break;
      }
      if (inst.op === 'icmp' && (users.get(inst) ?? []).some((u) => needsNumber(u, inst))) {
        // a copy of the comparison decides; the number is for those who read it as a value
        const deciding = new Inst('icmp', 'i1', inst.args.slice(), inst.at);
        deciding.predicate = inst.predicate;
        deciding.block = block;
        block.insts.splice(i, 0, deciding);
        const number = new Inst('select', 'i1', [deciding, func.constant('i1', 1n), func.constant('i1', 0n)], inst.at);
        for (const user of users.get(inst) ?? []) {
          if (needsNumber(user, inst)) user.args = user.args.map((a) => (a === inst ? number : a));
        }
        number.block = block;
        users.set(
          number,
          (users.get(inst) ?? []).filter((u) => u.args.includes(number)),
        );
        users.set(
          inst,
          (users.get(inst) ?? []).filter((u) => u.args.includes(inst)),
        );
        block.insts.splice(i + 1, 0, number);
        // the select is next
        continue;
      }
    }
  }
  sweepForwards(func);
}

function needsNumber(user: Inst, value: Inst): boolean {
  if (user.op === 'br') return false;
  if (user.op === 'zext' || user.op === 'sext') return false;
  if (user.op === 'select') return user.args[1] === value || user.args[2] === value;
  return true;
}

/** block: … br condition, join, side; side: jump join; join: phi [yes, block], [no, side]; the rest */
function diamond(
  func: Func,
  block: Block,
  at: number,
  inst: Inst,
  condition: Inst,
  yes: Inst,
  no: Inst,
  type: IrType,
): void {
  const side = func.block();
  const join = func.block();
  join.insts = block.insts.splice(at + 1);
  block.insts.pop();
  for (const moved of join.insts) moved.block = join;
  for (const successor of join.successors) successor.preds = successor.preds.map((p) => (p === block ? join : p));
  const branch = new Inst('br', 'void', [condition], inst.at);
  branch.targets = [join, side];
  branch.block = block;
  block.insts.push(branch);
  const jump = new Inst('jump', 'void', [], inst.at);
  jump.targets = [join];
  jump.block = side;
  side.insts.push(jump);
  side.preds = [block];
  join.preds = [block, side];
  const phi = new Inst('phi', type, [yes, no], inst.at);
  phi.block = join;
  join.phis.push(phi);
  inst.forward = phi;
  func.blocks.splice(func.blocks.indexOf(block) + 1, 0, side, join);
}

// ---------------------------------------------------------------- 64-bit only (v1, v2)

/** Without 32-bit instructions every i32 is computed in 64 bits, and cleaned where its upper half would be seen. */
function widen(func: Func): void {
  for (const block of func.blocks) {
    for (const phi of block.phis) {
      if (phi.type !== 'i32') continue;
      phi.type = 'i64';
      originallyWord.add(phi);
    }
  }
  for (const block of func.blocks) {
    for (const phi of block.phis) {
      phi.args = phi.args.map((a) => widened(func, a));
    }
    const out: Inst[] = [];
    for (const inst of block.insts) {
      const word = inst.type === 'i32';
      const operandWord = inst.args.map((a) => a.type === 'i32' || originallyWord.has(a));
      inst.args = inst.args.map((a) => widened(func, a));
      const clean = (i: number, signed: boolean): void => {
        const value = inst.args[i]!;
        if (value.op === 'const') {
          inst.args[i] = func.constant(
            'i64',
            signed ? BigInt.asIntN(32, value.value) : BigInt.asUintN(32, value.value),
          );
          return;
        }
        if (!signed && isClean(value, 0)) return;
        const make = (op: 'shl' | 'lshr' | 'ashr', x: Inst): Inst => {
          const created = new Inst(op, 'i64', [x, func.constant('i64', 32n)], inst.at);
          created.block = block;
          out.push(created);
          return created;
        };
        inst.args[i] = make(signed ? 'ashr' : 'lshr', make('shl', value));
      };
      switch (inst.op) {
        case 'icmp':
          if (operandWord[0] || operandWord[1]) {
            const signed = inst.predicate.startsWith('s');
            clean(0, signed);
            clean(1, signed);
          }
          break;
        case 'zext':
          if (operandWord[0]) clean(0, false);
          break;
        case 'sext':
          if (operandWord[0]) {
            clean(0, true);
            inst.forward = inst.args[0]!;
          }
          break;
        case 'lshr':
        case 'udiv':
        case 'urem':
          if (word) {
            clean(0, false);
            if (inst.op !== 'lshr') clean(1, false);
          }
          break;
        case 'ashr':
        case 'sdiv':
        case 'srem':
          if (word) clean(0, true);
          if (word && inst.op !== 'ashr') clean(1, true);
          break;
        case 'trunc':
          break;
        default:
          break;
      }
      if (word) {
        originallyWord.add(inst);
        inst.type = 'i64';
      }
      if (!inst.forward) out.push(inst);
    }
    block.insts = out;
  }
  for (const param of func.params) if (param.type === 'i32') param.type = 'i64';
  if (func.result === 'i32') func.result = 'i64';
  sweepForwards(func);
}

/** Values that were i32 before widening: their upper half is not to be trusted. */
const originallyWord = new WeakSet<Inst>();

function widened(func: Func, arg: Inst): Inst {
  if (arg.type !== 'i32') return arg;
  if (arg.op === 'const') return func.constant('i64', BigInt.asIntN(32, arg.value));
  if (arg.op === 'undef') return func.undefined('i64');
  return arg;
}

/** The upper half is surely zero. */
function isClean(value: Inst, depth: number): boolean {
  if (depth > 8) return false;
  switch (value.op) {
    case 'load':
      return value.width < 8 && !(value.signed && value.width < 4);
    case 'bswap':
      return value.width < 8;
    case 'zext':
      return true;
    case 'lshr':
      return value.args[1]!.op === 'const' && value.args[1]!.value >= 32n ? true : isClean(value.args[0]!, depth + 1);
    case 'and':
      return value.args.some((a) => (a.op === 'const' ? a.value < 1n << 31n : isClean(a, depth + 1)));
    case 'udiv':
    case 'urem':
      return isClean(value.args[0]!, depth + 1);
    case 'phi':
      return value.args.every((a) =>
        a.op === 'const' ? a.value < 1n << 32n : a.op !== 'phi' && isClean(a, depth + 2),
      );
    case 'or':
    case 'xor':
      return value.args.every((a) => (a.op === 'const' ? a.value < 1n << 31n : isClean(a, depth + 1)));
    default:
      return false;
  }
}
