// Was it a pointer once? A call that may move the packet, or that gives back what was reserved, leaves of the pointers to it
// plain numbers; the log does not show it where it happens, only where such a number is used as an address.
import { HELPERS } from '../bpf/helpers.ts';
import { SCALAR_VALUE, PTR_TO_PACKET, PTR_TO_PACKET_META } from '../bpf/verifier-records.ts';
import { isCall, originOf } from './flow.ts';
import type { FailingPath } from './path.ts';
import type { ExplainedProgram } from './program.ts';

/** What is asked of a refusal before all of it is known. */
export interface Subject {
  readonly program: ExplainedProgram;
  readonly path: FailingPath;
  readonly step: number;
  readonly frame: number;
  readonly register: number;
}

const changers = new Set(HELPERS.filter((helper) => helper.changesPacket).map((helper) => helper.id));
const givers = new Set(
  HELPERS.filter(({ name }) => /^(ringbuf_(submit|discard)|sk_release)/.test(name)).map((helper) => helper.id),
);

export interface Stale {
  readonly what: 'packet' | 'reservation';
  /** index of the step with the call */
  readonly at: number;
}

/** The call that made a number of the pointer in the register; null when none did. */
export function staleness({ program, path, step: last, frame, register: from }: Subject): Stale | null {
  let register = from;
  let moved = -1;
  let given = -1;
  for (let i = last - 1; i >= 0; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || !instruction) continue;
    if (step.frame < frame) return null;
    if (isCall(instruction) && instruction.src === 0) {
      if (changers.has(instruction.imm)) moved = i;
      if (givers.has(instruction.imm)) given = i;
    }
    if (step.frame !== frame) continue;
    const after = step.frameAfter === frame ? step.changed.get(register) : undefined;
    if (after && after.base !== SCALAR_VALUE) {
      const packet = after.base === PTR_TO_PACKET || after.base === PTR_TO_PACKET_META;
      if (packet) return moved < 0 ? null : { what: 'packet', at: moved };
      return after.reference === 0 || given < 0 ? null : { what: 'reservation', at: given };
    }
    const origin = originOf(instruction, register);
    if (origin.kind === 'copy') register = origin.from;
    else if (origin.kind !== 'kept' && origin.kind !== 'computed') return null;
  }
  return null;
}

/** Index of the step with that call; -1: none. */
export const invalidatedAt = (subject: Subject): number => staleness(subject)?.at ?? -1;
