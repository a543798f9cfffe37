// "R1=pkt(off=14,r=14) R10=fp0 fp-8=mmmm????" → register states, the other way round than state-text.ts.
import * as r from '../bpf/verifier-records.ts';
import { DYNPTR_KINDS, ITERATORS } from '../bpf/kfuncs.ts';
import type { ExplainedMap } from './program.ts';
import { constant, scalar, type RegisterFields, type SlotFields, type StateFields } from './write-records.ts';

type Fields = { -readonly [K in keyof RegisterFields]: RegisterFields[K] };

const PREFIXES: readonly (readonly [string, number])[] = [
  ['rdonly_', r.MEM_RDONLY],
  ['ringbuf_', r.MEM_RINGBUF],
  ['user_', r.MEM_USER],
  ['percpu_', r.MEM_PERCPU],
  ['rcu_', r.MEM_RCU],
  ['untrusted_', r.PTR_UNTRUSTED],
  ['trusted_', r.PTR_TRUSTED],
];

/** "map_value_or_null" → its number; 0 where no type has that name. Until Linux 5.17 a number was called inv. */
export function readRegisterType(name: string): number {
  if (name === 'inv') return r.SCALAR_VALUE;
  let flags = 0;
  let rest = name;
  for (let again = true; again;) {
    again = false;
    for (const [prefix, flag] of PREFIXES) {
      if (!rest.startsWith(prefix)) continue;
      rest = rest.slice(prefix.length);
      flags |= flag;
      again = true;
    }
  }
  if (rest.endsWith('_or_null')) {
    rest = rest.slice(0, -'_or_null'.length);
    flags |= r.PTR_MAYBE_NULL;
  }
  // a pointer to a kernel structure carries its name
  const base = r.REGISTER_TYPE_NAMES.indexOf(rest.startsWith('ptr_') ? 'ptr_' : rest);
  return base <= 0 ? 0 : base | flags;
}

/** Splits at `separator`, but not inside brackets. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === separator && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

const low32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** umax_value, s32_max and u32_max_value are older names of umax, smax32 and umax32. */
const boundName = (name: string): string => name.replace(/_value$/, '').replace(/^([su])32_(min|max)$/, '$1$232');

function setBound(fields: Fields, name: string, value: bigint): boolean {
  switch (boundName(name)) {
    case 'smin':
    case 'smax':
      fields[boundName(name) as 'smin' | 'smax'] = BigInt.asIntN(64, value);
      return true;
    case 'umin':
    case 'umax':
      fields[boundName(name) as 'umin' | 'umax'] = BigInt.asUintN(64, value);
      return true;
    case 'smin32':
      fields.s32min = low32(value);
      return true;
    case 'smax32':
      fields.s32max = low32(value);
      return true;
    case 'umin32':
      fields.u32min = low32(value);
      return true;
    case 'umax32':
      fields.u32max = low32(value);
      return true;
    default:
      return false;
  }
}

/** The inside of the brackets. */
function readParts(fields: Fields, text: string, maps: ExplainedMap[]): void {
  let name = '';
  let keySize = 0;
  let valueSize: number | null = null;
  for (const part of splitOutside(text, ',')) {
    const pieces = part.split('=');
    const value = pieces.pop() ?? '';
    // A pasted text may hold anything; what is no number is left out.
    if (!/^(-?(0x[0-9a-f]+|\d+)([+-]\d+)?|\(0x[0-9a-f]+; 0x[0-9a-f]+\))$/.test(value) && pieces[0] !== 'map') continue;
    for (const piece of pieces) {
      const tnum = /^\((0x[0-9a-f]+); (0x[0-9a-f]+)\)$/.exec(value);
      if (piece === 'var_off') {
        fields.value = BigInt(tnum?.[1] ?? value);
        fields.mask = BigInt(tnum?.[2] ?? 0);
      } else if (piece === 'map') name = value;
      else if (piece === 'ks') keySize = Number(value);
      else if (piece === 'vs') valueSize = Number(value);
      else if (piece === 'id') {
        const [id, ahead] = value.split(/(?=[+-])/);
        fields.id = Number(id);
        if (ahead !== undefined) {
          fields.id = Number(id) | r.BPF_ADD_CONST;
          fields.off = Number(ahead);
        }
      } else if (piece === 'ref_obj_id') fields.reference = Number(value);
      else if (piece === 'off') fields.off = low32(BigInt(value));
      else if (piece === 'r') fields.range = low32(BigInt(value));
      else if (piece === 'sz') fields.memorySize = Number(value);
      else if (piece === 'imm') {
        fields.value = BigInt.asUintN(64, BigInt(value));
        fields.mask = 0n;
      } else if (!/.[+-]/.test(value) && !value.startsWith('(')) setBound(fields, piece, BigInt(value));
    }
  }
  if (valueSize === null) return;
  const found = maps.findIndex((map) => map.name === name && map.keySize === keySize && map.valueSize === valueSize);
  fields.map = (found >= 0 ? found : maps.push({ name, keySize, valueSize }) - 1) + 1;
}

/** As kernels before 5.18 wrote it, in today's way: "invP0" was P0, "inv(id=0)" scalar(), "fp0,call_-1" fp0. */
const modern = (text: string): string =>
  text
    .replace(/,call_-?\d+$/, '')
    .replace(/^inv(P?)(-?\d+)$/, '$1$2')
    .replace(/^inv(P?)(?=\(|$)/, '$1scalar')
    .replace(/^(P?scalar)$/, '$1()');

/** One register; null for what is not understood. Maps that it names are added to `maps`. */
export function readRegister(written: string, frame: number, maps: ExplainedMap[]): RegisterFields | null {
  const text = modern(written);
  const precise = /^P(?=-?\d|scalar)/.test(text);
  const rest = precise ? text.slice(1) : text;
  if (/^-?(0x[0-9a-f]+|\d+)$/.test(rest)) {
    const value = BigInt.asIntN(64, BigInt(rest));
    const known = constant(0);
    const wide = BigInt.asUintN(64, value);
    const half = low32(wide);
    return {
      ...known,
      umin: wide,
      umax: wide,
      smin: value,
      smax: value,
      value: wide,
      u32min: half,
      u32max: half,
      s32min: half,
      s32max: half,
      precise: precise ? 1 : 0,
    };
  }
  const stack = /^fp(?:\[(\d+)\])?(-?\d+|0x[0-9a-f]+)$/.exec(rest);
  if (stack?.[2] !== undefined)
    return { type: r.PTR_TO_STACK, off: low32(BigInt(stack[2])), frame: Number(stack[1] ?? frame) };
  const [, name, , inside] = /^([a-z_0-9]+)(\[\d+\])?\((.*)\)$/.exec(rest) ?? [];
  // of a saved pointer older kernels show its kind alone
  if (name === undefined || inside === undefined)
    return readRegisterType(rest) ? { type: readRegisterType(rest) } : null;
  const type = name === 'scalar' ? r.SCALAR_VALUE : readRegisterType(name);
  if (type === 0) return null;
  // A pointer whose offset is constant shows no bounds; one that shows some has the rest at their extremes.
  const variable = name === 'scalar' || /(^|,)([su](min|max)|var_off)/.test(inside);
  const fields: Fields = variable ? { ...scalar(), type } : { type };
  if (type === r.PTR_TO_STACK) fields.frame = Number(/\[(\d+)\]/.exec(rest)?.[1] ?? frame);
  if (precise) fields.precise = 1;
  readParts(fields, inside, maps);
  return fields;
}

/** "iter_num(ref_id=1,state=active,depth=0)", "dynptr_xdp(id=1,dynptr_id=1)" */
function readObject(text: string): SlotFields | null {
  const [, kind = '', name = '', inside = ''] = /^(iter|dynptr)_(\w+)\((.*)\)$/.exec(text) ?? [];
  if (kind === '') return null;
  const parts = new Map(inside.split(',').map((part) => part.split('=') as [string, string]));
  const reference = Number(parts.get('ref_id') ?? 0);
  const isIterator = kind === 'iter';
  const register: RegisterFields = isIterator
    ? {
        type: r.PTR_TO_STACK,
        reference,
        iteratorKind: ITERATORS.findIndex((row) => row.name === name) + 1,
        iteratorState: parts.get('state') === 'active' ? r.ITERATOR_ACTIVE : r.ITERATOR_DRAINED,
        iteratorDepth: Number(parts.get('depth') ?? 0),
      }
    : {
        type: r.CONST_PTR_TO_DYNPTR,
        reference,
        id: Number(parts.get('id') ?? 0),
        dynptrKind: DYNPTR_KINDS.findIndex((word) => word === name),
        dynptrFirst: 1,
      };
  return { register, kinds: new Array<number>(8).fill(isIterator ? r.STACK_ITER : r.STACK_DYNPTR) };
}

function readSlot(text: string, frame: number, maps: ExplainedMap[]): SlotFields | null {
  const letters = /^[?rm0dif]{8}$/.test(text) ? text : null;
  if (letters) return { kinds: [...letters].map((letter) => r.STACK_LETTERS.indexOf(letter)) };
  const object = readObject(text);
  if (object) return object;
  // what lies above a narrower spill stands before it
  for (const above of [0, 4, 6, 7]) {
    const front = text.slice(0, above);
    if (above > 0 && !/^[?m0]+$/.test(front)) continue;
    const register = readRegister(text.slice(above), frame, maps);
    if (!register) continue;
    const kinds = [...front].map((letter) => r.STACK_LETTERS.indexOf(letter));
    while (kinds.length < 8) kinds.push(r.STACK_SPILL);
    return { register, kinds };
  }
  return null;
}

/** A whole state as it stands behind "12:" or "; "; null when something in it is not understood. */
export function readState(text: string, maps: ExplainedMap[]): StateFields | null {
  const registers: Record<number, RegisterFields> = {};
  const slots: Record<number, SlotFields> = {};
  let frame = 0;
  let flags = 0;
  let references: number[] = [];
  for (const word of splitOutside(text, ' ')) {
    if (word === '') continue;
    const at = word.indexOf('=');
    // until 6.17 with a mark of what was read (_r) or written (_w)
    const name = (at < 0 ? word : word.slice(0, at)).replace(/_[rwD]+$/, '');
    const value = at < 0 ? '' : word.slice(at + 1);
    if (/^frame\d+:$/.test(word)) frame = Number(word.slice(5, -1));
    else if (word === 'cb') flags |= r.STATE_FLAG_CALLBACK;
    else if (word === 'async_cb') flags |= r.STATE_FLAG_ASYNC;
    else if (name === 'refs' || name === 'refs_id') references = value.split(',').map(Number);
    else if (/^R\d+$/.test(name)) {
      const register = readRegister(value, frame, maps);
      if (!register) return null;
      registers[Number(name.slice(1))] = register;
    } else if (/^fp-\d+$/.test(name)) {
      const slot = readSlot(value, frame, maps);
      if (!slot) return null;
      slots[Number(name.slice(3)) / 8 - 1] = slot;
    } else return null;
  }
  return { frame, flags, registers, slots, references };
}
