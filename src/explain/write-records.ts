// Records written from typed values: what a log read back becomes, and what tests hand to the renderers.
import * as r from '../bpf/verifier-records.ts';
import { MESSAGE } from '../bpf/verifier-messages.ts';

export interface RegisterFields {
  readonly type: number;
  readonly off?: number;
  readonly umin?: bigint;
  readonly umax?: bigint;
  readonly smin?: bigint;
  readonly smax?: bigint;
  readonly value?: bigint;
  readonly mask?: bigint;
  readonly u32min?: number;
  readonly u32max?: number;
  readonly s32min?: number;
  readonly s32max?: number;
  readonly id?: number;
  readonly reference?: number;
  /** index into the program's maps, plus one */
  readonly map?: number;
  readonly memorySize?: number;
  readonly range?: number;
  readonly frame?: number;
  readonly precise?: number;
  readonly dynptrKind?: number;
  readonly dynptrFirst?: number;
  readonly iteratorKind?: number;
  readonly iteratorState?: number;
  readonly iteratorDepth?: number;
}

const WIDE: ReadonlySet<string> = new Set(['umin', 'umax', 'smin', 'smax', 'value', 'mask']);

/** A scalar of which nothing is known; fields given say more. */
export const scalar = (fields: Partial<RegisterFields> = {}): RegisterFields => ({
  type: r.SCALAR_VALUE,
  umax: (1n << 64n) - 1n,
  smin: -(1n << 63n),
  smax: (1n << 63n) - 1n,
  mask: (1n << 64n) - 1n,
  u32max: 0xffffffff,
  s32min: -0x80000000,
  s32max: 0x7fffffff,
  ...fields,
});

/** A number that is known. */
export const constant = (value: number): RegisterFields => {
  const wide = BigInt.asUintN(64, BigInt(value));
  const low = Number(BigInt.asUintN(32, wide));
  return {
    type: r.SCALAR_VALUE,
    umin: wide,
    umax: wide,
    smin: BigInt(value),
    smax: BigInt(value),
    value: wide,
    mask: 0n,
    u32min: low,
    u32max: low,
    s32min: value | 0,
    s32max: value | 0,
  };
};

export const CTX: RegisterFields = { type: r.PTR_TO_CTX };
export const frame = (off = 0): RegisterFields => ({ type: r.PTR_TO_STACK, off });

export interface SlotFields {
  readonly register?: RegisterFields;
  /** highest address first */
  readonly kinds: readonly number[];
}

export interface StateFields {
  readonly why?: number;
  readonly instruction?: number;
  readonly from?: number;
  readonly frame?: number;
  readonly flags?: number;
  readonly registers?: Readonly<Record<number, RegisterFields>>;
  readonly slots?: Readonly<Record<number, SlotFields>>;
  readonly references?: readonly number[];
}

function writeRegister(view: DataView, at: number, fields: RegisterFields): void {
  for (const [name, value] of Object.entries(fields) as [keyof RegisterFields, number | bigint][]) {
    const place = at + r.REG[name];
    if (WIDE.has(name)) view.setBigUint64(place, BigInt.asUintN(64, BigInt(value)), true);
    else view.setInt32(place, Number(value), true);
  }
}

/** Collects records; `bytes()` is what the verifier would have left. */
export class RecordBuilder {
  readonly #parts: Uint8Array[] = [];

  #record(kind: number, size: number): DataView {
    const bytes = new Uint8Array((size + 7) & ~7);
    const view = new DataView(bytes.buffer);
    view.setUint32(r.RECORD.kind, kind, true);
    view.setUint32(r.RECORD.size, bytes.length, true);
    this.#parts.push(bytes);
    return view;
  }

  /** A record of 32-bit fields by their offsets. */
  plain(kind: number, fields: readonly (readonly [offset: number, value: number])[]): this {
    const size = Math.max(r.RECORD_HEADER, ...fields.map(([offset]) => offset + 4));
    const view = this.#record(kind, size);
    for (const [offset, value] of fields) view.setInt32(offset, value, true);
    return this;
  }

  step(instruction: number, source = -1): this {
    return this.plain(r.RECORD_STEP, [
      [r.STEP_RECORD.instruction, instruction],
      [r.STEP_RECORD.source, source],
    ]);
  }

  state(fields: StateFields): this {
    const registers = Object.entries(fields.registers ?? {});
    const slots = Object.entries(fields.slots ?? {});
    const references = fields.references ?? [];
    const S = r.STATE_RECORD;
    const size =
      S.body + registers.length * r.STATE_REGISTER_SIZE + slots.length * r.STATE_SLOT_SIZE + references.length * 4;
    const view = this.#record(r.RECORD_STATE, size);
    view.setInt32(S.why, fields.why ?? r.STATE_DELTA, true);
    view.setInt32(S.instruction, fields.instruction ?? 0, true);
    view.setInt32(S.from, fields.from ?? 0, true);
    view.setInt32(S.frame, fields.frame ?? 0, true);
    view.setInt32(S.flags, fields.flags ?? 0, true);
    view.setInt32(S.registerCount, registers.length, true);
    view.setInt32(S.slotCount, slots.length, true);
    view.setInt32(S.referenceCount, references.length, true);
    let at: number = S.body;
    for (const [number, register] of registers) {
      view.setUint32(at + r.STATE_REGISTER.number, Number(number), true);
      writeRegister(view, at + r.STATE_REGISTER.state, register);
      at += r.STATE_REGISTER_SIZE;
    }
    for (const [number, slot] of slots) {
      view.setUint32(at + r.STATE_SLOT.number, Number(number), true);
      if (slot.register) writeRegister(view, at + r.STATE_SLOT.state + r.SLOT.register, slot.register);
      slot.kinds.forEach((kind, i) => view.setUint8(at + r.STATE_SLOT.state + r.SLOT.kinds + i, kind));
      at += r.STATE_SLOT_SIZE;
    }
    for (const id of references) {
      view.setUint32(at, id, true);
      at += 4;
    }
    return this;
  }

  message(name: string, instruction: number, ...values: readonly (number | bigint)[]): this {
    const M = r.MESSAGE_RECORD;
    const view = this.#record(r.RECORD_MESSAGE, M.arguments + values.length * 8);
    const id = MESSAGE[name];
    if (id === undefined) throw new Error(`no message ${name}`);
    view.setUint32(M.id, id, true);
    view.setUint32(M.count, values.length, true);
    view.setInt32(M.instruction, instruction, true);
    values.forEach((value, i) => view.setBigInt64(M.arguments + i * 8, BigInt(value), true));
    return this;
  }

  end(result: number, processed: number): this {
    return this.plain(r.RECORD_END, [
      [r.END_RECORD.result, result],
      [r.END_RECORD.processed, processed],
      [r.END_RECORD.instruction, 0],
    ]);
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
