// Calls: helpers by number, functions by symbol, and how aggregates travel.
import type { Expression, FunctionType, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import { constantInteger } from './constants.ts';
import type { FunctionBuilder } from './builder.ts';
import { passingOf } from './builder.ts';
import { aggregateAddress, rvalue } from './expressions.ts';
import type { Callee, Inst } from './ir.ts';
import { alignOf, irType, isVoid, sizeOf } from './layout.ts';
import { loadWide, storeWide } from './wide.ts';

type Call = Extract<Expression, { kind: 'call' }>;

function strip(e: Expression): Expression {
  let at = e;
  for (;;) {
    if (at.kind === 'cast' && at.cast !== 'bool' && at.cast !== 'void') at = at.operand;
    else if (at.kind === 'dereference') at = at.pointer;
    else if (at.kind === 'address') at = at.target;
    else return at;
  }
}

function calleeOf(b: FunctionBuilder, e: Expression): { callee: Callee; address: Inst | null } {
  const bare = strip(e);
  if (bare.kind === 'function') {
    b.unit.functionUsed(bare.function);
    return { callee: { kind: 'function', declaration: bare.function }, address: null };
  }
  if (bare.kind === 'integer') return { callee: { kind: 'helper', number: Number(bare.value) }, address: null };
  // libbpf's helpers are static pointers that hold the helper's number
  if (bare.kind === 'load' && bare.source.kind === 'variable') {
    const variable = bare.source.variable;
    const part =
      variable.storage === 'static' || variable.storage === 'global' ? variable.initializer?.parts[0] : undefined;
    const number = part ? constantInteger(part.value) : null;
    if (number !== null) return { callee: { kind: 'helper', number: Number(number) }, address: null };
  }
  if (bare.kind === 'variable' && bare.variable.initializer) {
    const part = bare.variable.initializer.parts[0];
    const number = part ? constantInteger(part.value) : null;
    if (number !== null) return { callee: { kind: 'helper', number: Number(number) }, address: null };
  }
  return { callee: { kind: 'indirect' }, address: rvalue(b, e) };
}

/** What a callee expression's function type is. */
function functionType(e: Expression): FunctionType | null {
  let t = canonical(e.type);
  if (t.kind === 'pointer') t = canonical(t.target);
  return t.kind === 'function' ? t : null;
}

function passArgument(b: FunctionBuilder, e: Expression, type: Type, into: Inst[]): void {
  const passing = passingOf(type);
  if (passing === 'scalar') {
    into.push(rvalue(b, e));
    return;
  }
  const address = aggregateAddress(b, e);
  const size = sizeOf(type);
  if (passing === 'pointer') {
    const copy = b.temporary(type);
    b.copy(copy, address, size, 8, alignOf(type));
    into.push(copy);
    return;
  }
  // whole words, so a short record goes through a slot of full length
  let from = address;
  if (size % 8 !== 0 || alignOf(type) < 8) {
    from = b.alloca(passing === 'word' ? 8 : 16, 8, '');
    if (size < (passing === 'word' ? 8 : 16)) b.fill(from, b.constant('i32', 0), passing === 'word' ? 8 : 16, 8);
    b.copy(from, address, size, 8, alignOf(type));
  }
  if (passing === 'word') {
    into.push(b.load('i64', from, 8, false, 8));
  } else {
    const words = loadWide(b, from, 8);
    into.push(words.low, words.high);
  }
}

/** The scalar result, or null when there is none; an aggregate's goes to `slot`. */
/**
 * `load_byte(skb, offset)`, declared with asm("llvm.bpf.load.byte"): the packet loads of classic BPF, in network order. They want the
 * context in r6, leave the program when the packet is too short, and destroy r1 to r5 as a call does.
 */
function classicLoad(b: FunctionBuilder, e: Call): Inst | null {
  const bare = strip(e.callee);
  const name = bare.kind === 'function' ? bare.function.attributes.asmName : undefined;
  const width = /^llvm\.bpf\.load\.(byte|half|word)$/.exec(name ?? '')?.[1];
  if (!width || e.arguments.length !== 2) return null;
  const args = e.arguments.map((argument) => b.resize(rvalue(b, argument), 'i64', false));
  b.at = e.at;
  const asm = b.emit('asm', 'void', args);
  const bits = { byte: 8, half: 16, word: 32 }[width as 'byte' | 'half' | 'word'];
  asm.assembly = {
    template: `r0 = *(u${bits} *)skb[%2]`,
    outputs: [{ name: '', constraint: '={r0}', type: 'i64' }],
    inputs: [
      { name: '', constraint: '{r6}' },
      { name: '', constraint: 'ri' },
    ],
    clobbers: ['r1', 'r2', 'r3', 'r4', 'r5'],
    labels: [],
    volatile: true,
  };
  const out = b.emit('asmout', 'i64', [asm]);
  return b.resize(out, irType(e.type), false);
}

export function buildCall(b: FunctionBuilder, e: Call, slot: Inst | null = null): Inst | null {
  const loaded = classicLoad(b, e);
  if (loaded) return loaded;
  const { callee, address } = calleeOf(b, e.callee);
  const type = functionType(e.callee);
  const passing = isVoid(e.type) ? 'scalar' : passingOf(e.type);
  const args: Inst[] = address ? [address] : [];
  if (passing === 'pair' || passing === 'pointer') {
    slot ??= b.temporary(e.type);
    args.push(slot);
  }
  e.arguments.forEach((argument, i) => {
    passArgument(b, argument, type?.parameters[i]?.type ?? argument.type, args);
  });
  b.at = e.at;
  const result = passing === 'scalar' ? irType(e.type) : passing === 'word' ? 'i64' : 'void';
  const call = b.emit('call', result, args);
  call.callee = callee;
  if (type?.variadic) call.size = Math.max(0, e.arguments.length - type.parameters.length);
  if (callee.kind === 'indirect' && b.unit.target === 'bpf') {
    b.unit.report('C905', e.at, 'indirect call in function, which are not supported by eBPF', {});
  }
  if (passing === 'word' && slot) {
    const size = sizeOf(e.type);
    if (size === 8) {
      b.store(slot, call, 8, alignOf(e.type));
    } else {
      const word = b.alloca(8, 8, '');
      b.store(word, call, 8, 8);
      b.copy(slot, word, size, alignOf(e.type), 8);
    }
    return null;
  }
  if (passing !== 'scalar') return null;
  return result === 'void' ? null : call;
}

/** Parameters arrive as calls pass them. */
export function receiveParameters(b: FunctionBuilder): void {
  const result = b.declaration.type.result;
  const param = (type: Inst['type']): Inst => {
    const inst = b.emit('param', type, []);
    inst.width = b.func.params.length;
    b.func.params.push(inst);
    return inst;
  };
  b.at = b.declaration.at;
  const passing = isVoid(result) ? 'scalar' : passingOf(result);
  if (passing === 'pair' || passing === 'pointer') b.resultAddress = param('ptr');
  const arrivals = b.declaration.parameters.map((variable) => {
    switch (passingOf(variable.type)) {
      case 'scalar':
        return [param(irType(variable.type))];
      case 'word':
        return [param('i64')];
      case 'pair':
        return [param('i64'), param('i64')];
      case 'pointer':
        return [param('ptr')];
    }
  });
  b.declaration.parameters.forEach((variable, i) => {
    const values = arrivals[i]!;
    const how = passingOf(variable.type);
    if (how === 'scalar') {
      if (b.isRegister(variable)) b.ssa.write(variable, b.block, values[0]!);
      else b.store(b.addressOf(variable), values[0]!, sizeOf(variable.type), alignOf(variable.type));
      return;
    }
    const slot = b.addressOf(variable);
    const size = sizeOf(variable.type);
    if (how === 'pointer') {
      b.copy(slot, values[0]!, size, 8, alignOf(variable.type));
      return;
    }
    const words = b.alloca(how === 'word' ? 8 : 16, 8, '');
    if (how === 'word') b.store(words, values[0]!, 8, 8);
    else storeWide(b, words, { low: values[0]!, high: values[1]! }, 8);
    b.copy(slot, words, size, 8, 8);
  });
}

/** `return e;` */
/** @param leave is done between the value and the return */
export function buildReturn(b: FunctionBuilder, value: Expression | null, leave: () => void): void {
  const result = b.declaration.type.result;
  const args: Inst[] = [];
  if (value && !isVoid(result)) {
    const passing = passingOf(result);
    const at = b.at;
    if (passing === 'scalar') {
      args.push(rvalue(b, value));
    } else {
      const from = aggregateAddress(b, value);
      const size = sizeOf(result);
      if (passing === 'word') {
        const word = b.alloca(8, 8, '');
        if (size < 8) b.fill(word, b.constant('i32', 0), 8, 8);
        b.copy(word, from, size, 8, alignOf(result));
        args.push(b.load('i64', word, 8, false, 8));
      } else {
        b.copy(b.resultAddress!, from, size, alignOf(result), alignOf(result));
      }
    }
    b.at = at;
  } else if (value) {
    rvalue(b, value);
  }
  if (b.terminated) return;
  leave();
  if (args.length === 0 && b.func.result !== 'void') args.push(b.func.undefined(b.func.result));
  b.emit('ret', 'void', args);
}
