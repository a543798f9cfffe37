// Initialisers of automatic variables: what a part names is stored, everything else, padding included, is zeroed
// (the kernel refuses uninitialised stack in helper arguments without CAP_PERFMON).
import type { Initializer, InitializerPart, Variable } from '../tree.ts';
import { canonical } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import { aggregateAddress, rvalue } from './expressions.ts';
import type { Inst } from './ir.ts';
import { alignAt, alignOf, irType, isAggregate, isWide, sizeOf } from './layout.ts';
import { memoryPlace, writePlace } from './places.ts';
import { storeWide, wideValue } from './wide.ts';

export function declareVariable(b: FunctionBuilder, variable: Variable): void {
  if (variable.storage !== 'local') return;
  if (b.isRegister(variable)) {
    const part = variable.initializer?.parts[0];
    const type = irType(variable.type);
    // a fresh variable each time the declaration is passed
    const value = part ? rvalue(b, part.value) : variable.initializer ? b.constant(type, 0) : b.func.undefined(type);
    b.ssa.write(variable, b.block, value);
    return;
  }
  const slot = b.addressOf(variable);
  b.emit('lifestart', 'void', [slot]);
  if (variable.initializer) {
    const align = Math.max(alignOf(variable.type), variable.attributes.align ?? 1);
    initializeMemory(b, slot, sizeOf(variable.type), align, variable.initializer);
  }
}

function isZeroPart(part: InitializerPart): boolean {
  return part.value.kind === 'integer' && part.value.value === 0n;
}

/** Does the part write all of its bytes with one value that is not zero? */
function covers(part: InitializerPart): boolean {
  return part.bitField === null && !isZeroPart(part);
}

export function initializeMemory(
  b: FunctionBuilder,
  slot: Inst,
  size: number,
  align: number,
  initializer: Initializer,
): void {
  if (initializer.zeroFill) {
    const zero = b.constant('i32', 0);
    let done = 0;
    for (const part of initializer.parts) {
      if (!covers(part)) continue;
      if (part.offset > done) b.fill(b.offset(slot, done), zero, part.offset - done, alignAt(align, done));
      done = Math.max(done, part.offset + sizeOf(part.type));
    }
    if (done < size) b.fill(b.offset(slot, done), zero, size - done, alignAt(align, done));
  }
  for (const part of initializer.parts) {
    if (initializer.zeroFill && !part.bitField && isZeroPart(part)) continue;
    initializePart(b, slot, align, part);
  }
}

function initializePart(b: FunctionBuilder, slot: Inst, align: number, part: InitializerPart): void {
  const at = alignAt(align, part.offset);
  const address = b.offset(slot, part.offset);
  if (isWide(part.type)) {
    storeWide(b, address, wideValue(b, part.value), at);
  } else if (isAggregate(part.type)) {
    const source = aggregateAddress(b, part.value);
    const t = canonical(part.value.type);
    const length = Math.min(sizeOf(part.type), sizeOf(t));
    b.copy(address, source, length, at, alignOf(part.value.type));
    const rest = sizeOf(part.type) - length;
    if (rest > 0)
      b.fill(b.offset(slot, part.offset + length), b.constant('i32', 0), rest, alignAt(align, part.offset + length));
  } else {
    const place = { ...memoryPlace(address, part.type, at), bitField: part.bitField };
    writePlace(b, place, rvalue(b, part.value));
  }
}
