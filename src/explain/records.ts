// The verifier's records as typed values. Layout: src/bpf/verifier-records.ts. A walk over them allocates one value at a time,
// since there may be 64 MB of them.
import * as r from '../bpf/verifier-records.ts';

/** A register state where it lies in the records; fields are read when asked for. */
export class RegisterState {
  readonly #view: DataView;
  readonly #at: number;
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }
  #u32(field: number): number {
    return this.#view.getUint32(this.#at + field, true);
  }
  #i32(field: number): number {
    return this.#view.getInt32(this.#at + field, true);
  }
  #u64(field: number): bigint {
    return this.#view.getBigUint64(this.#at + field, true);
  }
  #i64(field: number): bigint {
    return this.#view.getBigInt64(this.#at + field, true);
  }
  get type(): number {
    return this.#u32(r.REG.type);
  }
  /** without flags */
  get base(): number {
    return this.type & r.REGISTER_BASE_TYPE;
  }
  get off(): number {
    return this.#i32(r.REG.off);
  }
  get umin(): bigint {
    return this.#u64(r.REG.umin);
  }
  get umax(): bigint {
    return this.#u64(r.REG.umax);
  }
  get smin(): bigint {
    return this.#i64(r.REG.smin);
  }
  get smax(): bigint {
    return this.#i64(r.REG.smax);
  }
  get value(): bigint {
    return this.#u64(r.REG.value);
  }
  get mask(): bigint {
    return this.#u64(r.REG.mask);
  }
  get u32min(): number {
    return this.#u32(r.REG.u32min);
  }
  get u32max(): number {
    return this.#u32(r.REG.u32max);
  }
  get s32min(): number {
    return this.#i32(r.REG.s32min);
  }
  get s32max(): number {
    return this.#i32(r.REG.s32max);
  }
  /** top bit: linked with a constant difference */
  get id(): number {
    return this.#i32(r.REG.id);
  }
  get reference(): number {
    return this.#u32(r.REG.reference);
  }
  /** index into the program's maps; -1: none */
  get map(): number {
    return this.#i32(r.REG.map) - 1;
  }
  get memorySize(): number {
    return this.#u32(r.REG.memorySize);
  }
  get btfId(): number {
    return this.#u32(r.REG.btfId);
  }
  get range(): number {
    return this.#i32(r.REG.range);
  }
  get frame(): number {
    return this.#u32(r.REG.frame);
  }
  /** of a slot that holds a dynptr: DYNPTR_KINDS, and whether it is the one that names it */
  get dynptr(): { readonly kind: number; readonly first: boolean } {
    return { kind: this.#u32(r.REG.dynptrKind), first: this.#u32(r.REG.dynptrFirst) !== 0 };
  }
  /** of a slot that holds an iterator: ITERATORS, and where it stands */
  get iterator(): { readonly kind: number; readonly active: boolean; readonly depth: number } {
    return {
      kind: this.#u32(r.REG.iteratorKind) - 1,
      active: this.#u32(r.REG.iteratorState) === r.ITERATOR_ACTIVE,
      depth: this.#u32(r.REG.iteratorDepth),
    };
  }
  get precise(): boolean {
    return this.#u32(r.REG.precise) !== 0;
  }
  /** is the exact value known? */
  get constant(): boolean {
    return this.mask === 0n;
  }
}

export interface StackSlot {
  /** slot n covers fp-8(n+1) to fp-8n-1 */
  readonly number: number;
  readonly register: RegisterState;
  /** kinds of the eight bytes, STACK_…, as they lie in the record */
  readonly kinds: Uint8Array;
}

export interface StateRecord {
  readonly kind: typeof r.RECORD_STATE;
  readonly why: number;
  readonly instruction: number;
  readonly from: number;
  readonly frame: number;
  readonly flags: number;
  readonly registerMask: number;
  readonly slotMask: bigint;
  readonly registers: ReadonlyMap<number, RegisterState>;
  readonly slots: readonly StackSlot[];
  readonly references: readonly number[];
}

export interface MessageRecord {
  readonly kind: typeof r.RECORD_MESSAGE;
  readonly id: number;
  readonly instruction: number;
  readonly values: readonly bigint[];
}

/** Every record but the two above: its 32-bit fields by the names of its layout. */
export interface PlainRecord {
  readonly kind: Exclude<number, typeof r.RECORD_STATE | typeof r.RECORD_MESSAGE>;
  readonly u32: (field: number) => number;
  readonly i32: (field: number) => number;
  readonly u64: (field: number) => bigint;
}

export interface Visitor {
  state?: (record: StateRecord) => void;
  message?: (record: MessageRecord) => void;
  /** all other kinds */
  other?: (record: PlainRecord) => void;
}

function readState(view: DataView, at: number): StateRecord {
  const u32 = (field: number): number => view.getUint32(at + field, true);
  const i32 = (field: number): number => view.getInt32(at + field, true);
  const S = r.STATE_RECORD;
  const registers = new Map<number, RegisterState>();
  let body = at + S.body;
  for (let i = u32(S.registerCount); i > 0; i--, body += r.STATE_REGISTER_SIZE)
    registers.set(
      view.getUint32(body + r.STATE_REGISTER.number, true),
      new RegisterState(view, body + r.STATE_REGISTER.state),
    );
  const slots: StackSlot[] = [];
  for (let i = u32(S.slotCount); i > 0; i--, body += r.STATE_SLOT_SIZE) {
    const state = body + r.STATE_SLOT.state;
    slots.push({
      number: view.getUint32(body + r.STATE_SLOT.number, true),
      register: new RegisterState(view, state + r.SLOT.register),
      kinds: new Uint8Array(view.buffer, view.byteOffset + state + r.SLOT.kinds, 8),
    });
  }
  const references: number[] = [];
  for (let i = u32(S.referenceCount); i > 0; i--, body += 4) references.push(view.getUint32(body, true));
  return {
    kind: r.RECORD_STATE,
    why: u32(S.why),
    instruction: i32(S.instruction),
    from: i32(S.from),
    frame: u32(S.frame),
    flags: u32(S.flags),
    registerMask: u32(S.registerMask),
    slotMask: view.getBigUint64(at + S.slotMask, true),
    registers,
    slots,
    references,
  };
}

function readMessage(view: DataView, at: number): MessageRecord {
  const M = r.MESSAGE_RECORD;
  const values: bigint[] = [];
  const count = view.getUint32(at + M.count, true);
  for (let i = 0; i < count; i++) values.push(view.getBigInt64(at + M.arguments + i * 8, true));
  return {
    kind: r.RECORD_MESSAGE,
    id: view.getUint32(at + M.id, true),
    instruction: view.getInt32(at + M.instruction, true),
    values,
  };
}

/** Calls the visitor for each record in order. Bytes after the last whole record are ignored. */
export function visitRecords(records: Uint8Array, visitor: Visitor): void {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let at = 0;
  while (at + r.RECORD_HEADER <= records.byteLength) {
    const kind = view.getUint32(at + r.RECORD.kind, true);
    const size = view.getUint32(at + r.RECORD.size, true);
    if (size < r.RECORD_HEADER || at + size > records.byteLength) break;
    if (kind === r.RECORD_STATE) visitor.state?.(readState(view, at));
    else if (kind === r.RECORD_MESSAGE) visitor.message?.(readMessage(view, at));
    else {
      const base = at;
      visitor.other?.({
        kind,
        u32: (field) => view.getUint32(base + field, true),
        i32: (field) => view.getInt32(base + field, true),
        u64: (field) => view.getBigUint64(base + field, true),
      });
    }
    at += size;
  }
}
