// __sync_* and __atomic_* builtins: eBPF's atomic instructions work on 4 and 8 bytes.
import { canonical } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import type { Builtin } from './builtins.ts';
import { rvalue } from './expressions.ts';
import type { AtomicOp, BinaryOp, Inst, IrType } from './ir.ts';
import { isSigned, sizeOf } from './layout.ts';

function emitAtomic(b: FunctionBuilder, op: AtomicOp, type: IrType, width: number, args: Inst[]): Inst {
  const inst = b.emit('atomic', type, args);
  inst.atomic = op;
  inst.width = width;
  return inst;
}

const COMBINE: Record<string, { op: AtomicOp; again: BinaryOp }> = {
  add: { op: 'add', again: 'add' },
  sub: { op: 'add', again: 'sub' },
  and: { op: 'and', again: 'and' },
  or: { op: 'or', again: 'or' },
  xor: { op: 'xor', again: 'xor' },
};

export function atomicBuiltin(b: FunctionBuilder, e: Builtin): Inst | null {
  const name = e.name.replace(/_(?:1|2|4|8|16)$/, '').replace(/^__c11_atomic_/, '__atomic_');
  if (name === '__sync_synchronize' || name === '__atomic_thread_fence' || name === '__atomic_signal_fence') {
    b.emit('fence', 'void', []);
    return null;
  }
  const pointer = e.arguments[0]!;
  const pointerType = canonical(pointer.type);
  const target = pointerType.kind === 'pointer' ? pointerType.target : pointer.type;
  const width = sizeOf(target);
  const type: IrType = width > 4 ? 'i64' : 'i32';
  const signed = isSigned(target);
  const address = rvalue(b, pointer);
  const operands = e.arguments.slice(1).map((a) => b.resize(rvalue(b, a), type, isSigned(a.type)));
  b.at = e.at;

  if (name === '__atomic_load_n') return b.load(type, address, width, signed, width, true);
  if (name === '__atomic_store_n') {
    b.store(address, operands[0]!, width, width, true);
    return null;
  }
  if (name === '__sync_lock_release' || name === '__atomic_clear') {
    b.store(address, b.constant(type, 0), width, width, true);
    return null;
  }
  if (width !== 4 && width !== 8) {
    b.unit.report('C907', e.at, 'unsupported atomic operation, please use 64 bit version', {});
    return b.constant(type, 0);
  }
  const pick = /^__(?:sync|atomic)_(?:fetch_and_|fetch_)(add|sub|and|or|xor)$/.exec(name);
  const after = /^__(?:sync|atomic)_(add|sub|and|or|xor)_(?:and_fetch|fetch)$/.exec(name);
  const which = (pick ?? after)?.[1];
  if (which) {
    const { op, again } = COMBINE[which]!;
    const operand = which === 'sub' ? b.binary('sub', type, b.constant(type, 0), operands[0]!) : operands[0]!;
    const old = emitAtomic(b, op, type, width, [address, operand]);
    return after ? b.binary(again, type, old, operands[0]!) : old;
  }
  switch (name) {
    case '__sync_lock_test_and_set':
    case '__atomic_exchange_n':
    case '__sync_swap':
      return emitAtomic(b, 'xchg', type, width, [address, operands[0]!]);
    case '__sync_val_compare_and_swap':
      return emitAtomic(b, 'cmpxchg', type, width, [address, operands[1]!, operands[0]!]);
    case '__sync_bool_compare_and_swap': {
      const old = emitAtomic(b, 'cmpxchg', type, width, [address, operands[1]!, operands[0]!]);
      return b.resize(b.compare('eq', old, operands[0]!), 'i32', false);
    }
    case '__atomic_compare_exchange':
    case '__atomic_compare_exchange_n': {
      const byValue = name.endsWith('_n');
      const desired = byValue ? operands[1]! : b.load(type, rvalue(b, e.arguments[2]!), width, signed, width);
      const expected = rvalue(b, e.arguments[1]!);
      const wanted = b.load(type, expected, width, signed, width);
      const old = emitAtomic(b, 'cmpxchg', type, width, [address, desired, wanted]);
      // the old value is what `expected` holds afterwards, in both cases
      b.store(expected, old, width, width);
      return b.resize(b.compare('eq', old, wanted), 'i32', false);
    }
    case '__atomic_exchange': {
      // operands: where the new value stands, where the old one goes
      const [value, result] = e.arguments.slice(1, 3).map((a) => rvalue(b, a)) as [Inst, Inst];
      const old = emitAtomic(b, 'xchg', type, width, [address, b.load(type, value, width, signed, width)]);
      b.store(result, old, width, width);
      return null;
    }
    default:
      b.unit.report('C903', e.at, 'A call to built-in function {name} is not supported.', { name: `'${e.name}'` });
      return b.constant(type, 0);
  }
}
