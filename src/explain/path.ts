// The failing path out of the records: each step with what was known before it, and what the verifier said at the end.
import { MESSAGE } from '../bpf/verifier-messages.ts';
import * as r from '../bpf/verifier-records.ts';
import { visitRecords, type MessageRecord, type RegisterState, type StackSlot, type StateRecord } from './records.ts';

export interface PathStep {
  readonly slot: number;
  /** frame in which the instruction ran */
  readonly frame: number;
  /** registers that this step changed or refined, with their state afterwards */
  readonly changed: ReadonlyMap<number, RegisterState>;
  /** the frame that `changed` speaks of: after a call the callee's, after its exit the caller's */
  readonly frameAfter: number;
  readonly changedSlots: readonly StackSlot[];
  /** of a conditional jump on the path: was it taken? null for anything else */
  readonly taken: boolean | null;
}

export interface FailingPath {
  /** registers at the first instruction */
  readonly entry: ReadonlyMap<number, RegisterState>;
  readonly steps: readonly PathStep[];
  /** messages of the last instruction, in order; the last is what failed */
  readonly messages: readonly MessageRecord[];
  /** result of the verification, 0 or a negative errno */
  readonly result: number;
  readonly processed: number;
  readonly totalStates: number;
  /** references held when it failed */
  readonly references: readonly number[];
  readonly truncated: boolean;
}

type Draft = {
  slot: number;
  frame: number;
  changed: Map<number, RegisterState>;
  frameAfter: number;
  changedSlots: StackSlot[];
  taken: boolean | null;
};

/** Follows the records; going back to a branch takes the steps since that branch away. */
export function failingPath(records: Uint8Array): FailingPath {
  const entry = new Map<number, RegisterState>();
  const steps: Draft[] = [];
  /** steps up to each waiting branch, by its number */
  const branches = new Map<number, number>();
  let messages: MessageRecord[] = [];
  let result = 0;
  let processed = 0;
  let totalStates = 0;
  let frame = 0;
  let references: readonly number[] = [];
  let truncated = false;

  const state = (record: StateRecord): void => {
    if (record.why === r.STATE_CALLER || record.why === r.STATE_CALLEE_RETURN || record.why === r.STATE_PARENT) return;
    if (record.why === r.STATE_LOOP_CURRENT || record.why === r.STATE_LOOP_OLD) return;
    frame = record.frame;
    references = record.references;
    const last = steps.at(-1);
    if (!last) {
      for (const [number, register] of record.registers) entry.set(number, register);
      return;
    }
    if (last.frameAfter !== frame) last.changed.clear();
    last.frameAfter = frame;
    for (const [number, register] of record.registers) last.changed.set(number, register);
    last.changedSlots.push(...record.slots);
  };

  visitRecords(records, {
    state,
    message: (record) => {
      messages.push(record);
      if (record.id !== MESSAGE['GLOBAL_VALIDATING']) return;
      // A global function is walked on its own: what was walked before it is not on the way to it.
      steps.length = 0;
      entry.clear();
      branches.clear();
      frame = 0;
    },
    other: (record) => {
      switch (record.kind) {
        case r.RECORD_STEP: {
          const slot = record.u32(r.STEP_RECORD.instruction);
          const last = steps.at(-1);
          // Where control went says which way the last jump was taken.
          if (last && last.taken === null) last.taken = slot !== last.slot + 1;
          steps.push({ slot, frame, changed: new Map(), frameAfter: frame, changedSlots: [], taken: null });
          messages = [];
          break;
        }
        case r.RECORD_PUSH:
          branches.set(record.u32(r.BRANCH_RECORD.state), steps.length);
          break;
        case r.RECORD_POP: {
          const kept = branches.get(record.u32(r.BRANCH_RECORD.state));
          if (kept !== undefined) steps.length = Math.min(steps.length, kept);
          const last = steps.at(-1);
          if (last) {
            last.taken = record.u32(r.BRANCH_RECORD.to) !== last.slot + 1;
            last.changed = new Map();
            last.frameAfter = last.frame;
            last.changedSlots = [];
          }
          messages = [];
          break;
        }
        case r.RECORD_TRUNCATED:
          truncated = true;
          break;
        case r.RECORD_END:
          result = record.i32(r.END_RECORD.result);
          processed = record.u32(r.END_RECORD.processed);
          totalStates = record.u32(r.END_RECORD.totalStates);
          break;
      }
    },
  });
  return { entry, steps, messages, result, processed, totalStates, references, truncated };
}

/** What was last known of a register of `frame` before step `index`. */
export function registerBefore(path: FailingPath, index: number, number: number, frame: number): RegisterState | null {
  for (let i = index - 1; i >= 0; i--) {
    const step = path.steps[i];
    const register = step?.frameAfter === frame ? step.changed.get(number) : undefined;
    if (register) return register;
    // What the callee of the same depth before this one had is not this one's.
    if (step && step.frame < frame) return null;
  }
  return frame === 0 ? (path.entry.get(number) ?? null) : null;
}
