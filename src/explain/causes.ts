// How did it come to that? Backwards along the failing path from the register that a message is about: where its value was
// made, copied, changed and compared, and for a leak where the thing was reserved.
import type { DiagnosticNote } from '../diagnostics/diagnostic.ts';
import { BPF_PSEUDO_CALL } from '../bpf/opcodes.ts';
import { helperName } from '../bpf/verifier-messages.ts';
import { PTR_MAYBE_NULL, PTR_TO_PACKET, PTR_TO_STACK, SCALAR_VALUE } from '../bpf/verifier-records.ts';
import { catalogueNote, spanAt, type Refusal } from './refusal.ts';
import { isCall, isConditional, originOf } from './flow.ts';
import { registerBefore } from './path.ts';
import { subprogramAt } from './program.ts';
import { registerText } from './state-text.ts';

/** A reader follows a handful of places; of a longer chain the ends matter. */
const MOST_NOTES = 8;

/** The places in the order in which the program passes them. */
export function causalNotes(refusal: Refusal): DiagnosticNote[] {
  if (refusal.problem.code === 'V401') return reservationNotes(refusal);
  if (refusal.register < 0 || refusal.step < 0) return [];
  const notes =
    refusal.problem.code === 'V201' ? unsetNotes(refusal) : [...rangeNotes(refusal), ...valueNotes(refusal)];
  const kept = notes.length <= MOST_NOTES ? notes : [...notes.slice(0, MOST_NOTES - 1), ...notes.slice(-1)];
  return kept.reverse();
}

function calleeName(refusal: Refusal, slot: number): string {
  const { program } = refusal;
  const call = program.instructions[slot];
  if (!call) return '';
  if (call.src !== BPF_PSEUDO_CALL) return `${helperName(call.imm)}()`;
  return `${program.subprograms[subprogramAt(program, slot + 1 + call.imm)]?.name ?? 'the function'}()`;
}

/** Nearest place first. */
function valueNotes(refusal: Refusal): DiagnosticNote[] {
  const { program, path } = refusal;
  const notes: DiagnosticNote[] = [];
  let register = refusal.register;
  let stackSlot: number | null = null;
  const frame = refusal.frame;
  for (let i = refusal.step - 1; i >= 0; i--) {
    const step = path.steps[i];
    if (!step) break;
    const instruction = program.instructions[step.slot];
    if (!instruction) continue;
    if (step.frame !== frame && !(isCall(instruction) && step.frame === frame)) continue;
    const span = spanAt(program, step.slot);
    const after = step.changed.get(register);
    const name = `r${register}`;
    if (stackSlot !== null) {
      // Wait for the store that filled the slot.
      const stores = (instruction.opcode & 7) === 3 && instruction.dst === 10 && instruction.offset === stackSlot;
      if (!stores) continue;
      register = instruction.src;
      stackSlot = null;
      continue;
    }
    if (isConditional(instruction)) {
      const reads = instruction.dst === register || (instruction.opcode & 8 && instruction.src === register);
      if (reads && after) {
        notes.push(
          catalogueNote('V-checked', { register: name, state: `${name}=${registerText(after, frame, program)}` }, span),
        );
      }
      continue;
    }
    const origin = originOf(instruction, register);
    switch (origin.kind) {
      case 'kept':
        continue;
      case 'copy':
        notes.push(catalogueNote('V-copied', { register: `r${origin.from}` }, span));
        register = origin.from;
        continue;
      case 'computed':
        if (after) {
          notes.push(catalogueNote('V-computed', { state: `${name}=${registerText(after, frame, program)}` }, span));
        }
        // A number that was added to a pointer decides how far it can go: follow the number.
        if (origin.with !== null && refusal.state && refusal.state.base !== SCALAR_VALUE) {
          const other = registerBefore(path, i, origin.with, frame);
          if (other?.base === SCALAR_VALUE && !other.constant) register = origin.with;
        }
        continue;
      case 'loaded': {
        const through = registerBefore(path, i, origin.through, frame);
        if (through?.base === PTR_TO_STACK) {
          notes.push(catalogueNote('V-from-stack', { register: name }, span));
          if (origin.through !== 10) return notes;
          stackSlot = origin.offset;
          continue;
        }
        if (after?.base === PTR_TO_PACKET) notes.push(catalogueNote('V-from-packet', { register: name }, span));
        else if (through && registerText(through, frame, program).startsWith('ctx'))
          notes.push(catalogueNote('V-from-context', { register: name }, span));
        else notes.push(catalogueNote('V-from-memory', { register: name }, span));
        return notes;
      }
      case 'map':
        notes.push(catalogueNote('V-from-map', { register: name, map: program.maps[origin.map]?.name ?? '' }, span));
        return notes;
      case 'constant':
        notes.push(catalogueNote('V-from-constant', { register: name }, span));
        return notes;
      case 'result': {
        const code = after && after.type & PTR_MAYBE_NULL ? 'V-from-call-null' : 'V-from-call';
        notes.push(catalogueNote(code, { register: name, function: calleeName(refusal, step.slot) }, span));
        return notes;
      }
      case 'clobbered':
        notes.push(catalogueNote('V-clobbered', { function: calleeName(refusal, step.slot) }, span));
        return notes;
    }
  }
  return notes;
}

/** A packet pointer: the comparison that proved as many bytes as are proven, often through another register. */
function rangeNotes(refusal: Refusal): DiagnosticNote[] {
  const { program, path, state } = refusal;
  if (!state || state.base !== PTR_TO_PACKET || state.range <= 0) return [];
  for (let i = refusal.step - 1; i >= 0; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || !instruction || !isConditional(instruction) || step.frame !== refusal.frame) continue;
    for (const number of [instruction.dst, instruction.src]) {
      const after = step.changed.get(number);
      if (after?.base !== PTR_TO_PACKET || after.id !== state.id || after.range !== state.range) continue;
      const args = { register: `r${number}`, state: `r${number}=${registerText(after, refusal.frame, program)}` };
      return [catalogueNote('V-checked', args, spanAt(program, step.slot))];
    }
  }
  return [];
}

/** A register without a value: the call that took it away, or nothing ever gave it one. */
function unsetNotes(refusal: Refusal): DiagnosticNote[] {
  const { program, path, register } = refusal;
  for (let i = refusal.step - 1; i >= 0; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || !instruction || step.frame !== refusal.frame) continue;
    if (isCall(instruction) && register >= 1 && register <= 5) {
      const args = { register: `r${register}`, function: calleeName(refusal, step.slot) };
      return [catalogueNote('V-clobbered', args, spanAt(program, step.slot))];
    }
  }
  const branches = path.steps
    .slice(0, refusal.step)
    .filter((step) => {
      const instruction = program.instructions[step.slot];
      return instruction !== undefined && isConditional(instruction);
    })
    .map((step) => catalogueNote('V-branch', {}, spanAt(program, step.slot)));
  const never = catalogueNote('V-never-set', { register: `r${register}` }, spanAt(program, refusal.slot));
  return [never, ...branches.reverse()];
}

/** What is not given back was made by the call that the message names. */
function reservationNotes(refusal: Refusal): DiagnosticNote[] {
  const { allocated } = refusal.args;
  if (typeof allocated !== 'number') return [];
  return [catalogueNote('V-reserved', {}, spanAt(refusal.program, allocated))];
}
