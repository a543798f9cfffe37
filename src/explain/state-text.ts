// A register, a stack slot and a whole state, as Linux 6.18 writes them: "R1=pkt(off=14,r=14) R10=fp0 fp-8=mmmm????".
import {
  BPF_ADD_CONST,
  CONST_PTR_TO_MAP,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  SCALAR_VALUE,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_ITER,
  STACK_LETTERS,
  STACK_SPILL,
  STATE_FLAG_ASYNC,
  STATE_FLAG_CALLBACK,
  registerTypeName,
} from '../bpf/verifier-records.ts';
import { DYNPTR_KINDS, ITERATORS } from '../bpf/kfuncs.ts';
import { tnumText } from '../bpf/verifier-messages.ts';
import { usedMap, type ExplainedMap, type ExplainedProgram } from './program.ts';
import type { RegisterState, StackSlot, StateRecord } from './records.ts';

/** added to the index of a map for what is found inside it */
const INNER_MAP = 4096;

const S64_MIN = -(1n << 63n);
const S64_MAX = (1n << 63n) - 1n;
const U64_MAX = (1n << 64n) - 1n;
const S32_MIN = -(1n << 31n);
const S32_MAX = (1n << 31n) - 1n;
const U32_MAX = (1n << 32n) - 1n;

const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;

/** Small numbers are decimal: what 16 bits hold. */
export const signedText = (value: bigint): string =>
  value >= -0x8000n && value <= 0x7fffn ? value.toString() : hex(value);
export const unsignedText = (value: bigint): string =>
  value >= 0n && value <= 0xffffn ? value.toString() : hex(value);

interface Bound {
  readonly name: string;
  readonly value: bigint;
  readonly omit: boolean;
  readonly signed: boolean;
}

/** "smin=smin32=0,smax=umax=smax32=umax32=255": bounds at their extremes are left out, equal ones joined. */
function boundsText(register: RegisterState): string {
  const bound = (name: string, value: bigint, extreme: bigint): Bound => ({
    name,
    value,
    omit: value === extreme,
    signed: name.startsWith('s'),
  });
  // A signed number of 32 bits that is not shown as a decimal one is shown, and joined, by its 32 bits.
  const bound32 = (name: string, value: number, extreme: bigint): Bound => ({
    ...bound(name, BigInt(value), extreme),
    value: value >= -0x8000 ? BigInt(value) : BigInt.asUintN(32, BigInt(value)),
  });
  const bounds = [
    bound('smin', register.smin, S64_MIN),
    bound('smax', register.smax, S64_MAX),
    bound('umin', register.umin, 0n),
    bound('umax', register.umax, U64_MAX),
    bound32('smin32', register.s32min, S32_MIN),
    bound32('smax32', register.s32max, S32_MAX),
    bound('umin32', BigInt(register.u32min), 0n),
    bound('umax32', BigInt(register.u32max), U32_MAX),
  ];
  const done = new Set<Bound>();
  const parts: string[] = [];
  bounds.forEach((first, i) => {
    if (first.omit || done.has(first)) return;
    const negative = first.signed && first.value < 0n;
    const names = [first.name];
    // Lower bounds are joined with lower ones, upper with upper: every second one.
    for (let j = i + 2; j < bounds.length; j += 2) {
      const other = bounds[j];
      if (!other || other.omit || done.has(other)) continue;
      // A negative number and a huge unsigned one have the same bits, but are not the same number.
      if (BigInt.asUintN(64, other.value) !== BigInt.asUintN(64, first.value)) continue;
      if ((other.signed && other.value < 0n) !== negative) continue;
      done.add(other);
      names.push(other.name);
    }
    const text = first.signed ? signedText(first.value) : unsignedText(first.value);
    parts.push(`${names.join('=')}=${text}`);
  });
  return parts.join(',');
}

const unknown = (register: RegisterState): boolean => register.mask === U64_MAX;

function variableParts(register: RegisterState): string[] {
  const bounds = boundsText(register);
  const parts = bounds === '' ? [] : [bounds];
  if (!unknown(register)) parts.push(`var_off=${tnumText(register.value, register.mask)}`);
  return parts;
}

function identity(register: RegisterState): string[] {
  const parts: string[] = [];
  const id = register.id & ~BPF_ADD_CONST;
  if (register.id !== 0) {
    const linked = (register.id & BPF_ADD_CONST) !== 0;
    parts.push(`id=${id}${linked ? `${register.off < 0 ? '' : '+'}${register.off}` : ''}`);
  }
  if (register.reference !== 0) parts.push(`ref_obj_id=${register.reference}`);
  return parts;
}

/** One register. `frame`: the frame in which it is looked at (a pointer into another frame's stack says so). */
export function registerText(register: RegisterState, frame: number, program: ExplainedProgram): string {
  const { base } = register;
  if (base === SCALAR_VALUE) {
    const precise = register.precise ? 'P' : '';
    if (register.constant) {
      const value = BigInt.asIntN(64, register.value);
      return precise + signedText(value);
    }
    return `${precise}scalar(${[...identity(register), ...variableParts(register)].join(',')})`;
  }
  const name = registerTypeName(register.type);
  if (base === PTR_TO_STACK) {
    const where = register.frame === frame ? '' : `[${register.frame}]`;
    if (register.constant)
      return `${name}${where}${signedText(BigInt.asIntN(64, register.value + BigInt(register.off)))}`;
    return `${name}${where}(${pointerParts(register, program).join(',')})`;
  }
  const type = base === PTR_TO_BTF_ID ? `${name}${register.btfId}` : name;
  return `${type}(${pointerParts(register, program).join(',')})`;
}

/** A map found inside another one has its template's sizes, and no name. */
function mapOf(register: RegisterState, program: ExplainedProgram): ExplainedMap | undefined {
  if (register.map < INNER_MAP) return usedMap(program, register.map);
  const inner = usedMap(program, register.map - INNER_MAP)?.inner;
  return inner ? { name: '', keySize: inner.keySize, valueSize: inner.valueSize } : undefined;
}

function pointerParts(register: RegisterState, program: ExplainedProgram): string[] {
  const { base } = register;
  const parts = identity(register);
  if (base === CONST_PTR_TO_MAP || base === PTR_TO_MAP_KEY || base === PTR_TO_MAP_VALUE) {
    const map = mapOf(register, program);
    if (map && map.name !== '') parts.push(`map=${map.name}`);
    parts.push(`ks=${map?.keySize ?? 0}`, `vs=${map?.valueSize ?? 0}`);
  }
  if (register.off !== 0) parts.push(`off=${signedText(BigInt(register.off))}`);
  if (base === PTR_TO_PACKET || base === PTR_TO_PACKET_META)
    parts.push(`r=${unsignedText(BigInt.asUintN(64, BigInt(register.range)))}`);
  if (base === PTR_TO_MEM) parts.push(`sz=${unsignedText(BigInt(register.memorySize))}`);
  if (register.constant) {
    if (register.value !== 0n) parts.push(`imm=${signedText(BigInt.asIntN(64, register.value))}`);
  } else parts.push(...variableParts(register));
  return parts;
}

/** Both slots of a dynptr are one thing, written for the one that names it; its mark reads as an id in Linux's log. */
function dynptrText(name: string, register: RegisterState): string {
  const { kind, first } = register.dynptr;
  if (!first) return '';
  const reference = register.reference === 0 ? '' : `ref_id=${register.reference},`;
  return `${name}dynptr_${DYNPTR_KINDS[kind] ?? ''}(id=${register.id},${reference}dynptr_id=1)`;
}
function iteratorText(name: string, register: RegisterState): string {
  if (register.reference === 0) return '';
  const { kind, active, depth } = register.iterator;
  const state = active ? 'active' : 'drained';
  return `${name}iter_${ITERATORS[kind]?.name ?? ''}(ref_id=${register.reference},state=${state},depth=${depth})`;
}

/** " fp-8=mmmm????", " fp-8=0x1234", '' for a slot without anything written. */
export function slotText(slot: StackSlot, frame: number, program: ExplainedProgram): string {
  const { kinds } = slot;
  if (kinds.every((kind) => kind === STACK_INVALID)) return '';
  // Kept highest address first, as Linux prints them.
  const letters = [...kinds].map((kind) => STACK_LETTERS[kind] ?? '?');
  const name = ` fp${-8 * (slot.number + 1)}=`;
  if (kinds[7] === STACK_DYNPTR) return dynptrText(name, slot.register);
  if (kinds[7] === STACK_ITER) return iteratorText(name, slot.register);
  if (kinds[7] !== STACK_SPILL) return name + letters.join('');
  // What lies above a spill of less than eight bytes comes before it.
  const above = letters.slice(0, letters.indexOf(STACK_LETTERS[STACK_SPILL] ?? 'r'));
  return name + above.join('') + registerText(slot.register, frame, program);
}

/** What print_verifier_state writes after "12:": every part begins with a blank. */
export function stateText(state: StateRecord, program: ExplainedProgram): string {
  let text = state.frame === 0 ? '' : ` frame${state.frame}:`;
  for (const [number, register] of state.registers)
    text += ` R${number}=${registerText(register, state.frame, program)}`;
  for (const slot of state.slots) text += slotText(slot, state.frame, program);
  if (state.references.length > 0) text += ` refs=${state.references.join(',')}`;
  if (state.flags & STATE_FLAG_CALLBACK) text += ' cb';
  if (state.flags & STATE_FLAG_ASYNC) text += ' async_cb';
  return text;
}
