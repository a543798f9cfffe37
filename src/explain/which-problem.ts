// Which problem is it? One of Linux's messages can mean several: what the register was, and where, tells them apart.
import { BPF_LDX, BPF_LD, BPF_ST, BPF_STX, BPF_ALU, BPF_ALU64, BPF_X } from '../bpf/opcodes.ts';
import { MESSAGE_NAMES } from '../bpf/verifier-messages.ts';
import { PTR_MAYBE_NULL, PTR_TO_MAP_VALUE, REGISTER_BASE_TYPE, SCALAR_VALUE } from '../bpf/verifier-records.ts';
import { problemOfCode, problemOfMessage, type Problem } from './catalogue.ts';
import { isExit } from './flow.ts';
import { registerBefore } from './path.ts';
import type { MessageRecord, RegisterState } from './records.ts';
import { staleness, type Subject } from './stale.ts';

/** Is this a message that tells why a program is refused, and not the end of one? */
export const isRefusing = (record: MessageRecord): boolean => {
  const name = MESSAGE_NAMES[record.id] ?? '';
  if (name.startsWith('ARGUMENT_EXPECTED')) return false;
  return name === 'INVALID_MEM_ACCESS' || problemOfMessage(name) !== undefined;
};

/** A number that C calls NULL: on this path a function of one's own gave 0, and a field of it would be read. */
const isNull = (state: RegisterState | null): boolean => state !== null && state.constant && state.value < 4096n;

/** A pointer whose place is known exactly: nothing was added to it that can vary. */
const isFixed = (state: RegisterState | null): boolean =>
  state !== null && state.base !== SCALAR_VALUE && state.constant;

/** A number is used where an address is wanted. */
function numberAsAddress(subject: Subject, state: RegisterState | null, otherwise: string): string {
  const stale = staleness(subject);
  if (stale) return stale.what === 'packet' ? 'V123' : 'V408';
  return otherwise === 'V111' && isNull(state) ? 'V110' : otherwise;
}

function codeOf(name: string, record: MessageRecord, subject: Subject, state: RegisterState | null): string | null {
  const type = Number(record.values[1] ?? 0n);
  const base = type & REGISTER_BASE_TYPE;
  switch (name) {
    case 'INVALID_MEM_ACCESS':
      if (type & PTR_MAYBE_NULL) return 'V110';
      return base === SCALAR_VALUE ? numberAsAddress(subject, state, 'V111') : 'V112';
    case 'ARGUMENT_TYPE':
    case 'ARGUMENT_STACK_EXPECTED':
      if (type & PTR_MAYBE_NULL) return 'V310';
      return base === SCALAR_VALUE ? numberAsAddress(subject, state, 'V317') : null;
    case 'MIN_OUTSIDE':
    case 'MAX_OUTSIDE':
      if (!isFixed(state)) return null;
      return state?.base === PTR_TO_MAP_VALUE ? 'V102' : 'V107';
    case 'NOT_READABLE': {
      const instruction = subject.program.instructions[subject.path.steps[subject.step]?.slot ?? -1];
      return instruction && isExit(instruction) ? 'V209' : null;
    }
    default:
      return null;
  }
}

/** The problem of the message that a refusal ended with. */
export function whichProblem(record: MessageRecord, subject: Subject, state: RegisterState | null): Problem {
  const name = MESSAGE_NAMES[record.id] ?? '';
  const code = codeOf(name, record, subject, state);
  const found = code === null ? problemOfMessage(name) : problemOfCode(code);
  if (!found) throw new Error(`no problem has the message ${name}`);
  return found;
}

/** Messages that name no register, and yet are about one: an address that is read or written, what is added, what is returned. */
const ABOUT_ADDRESS = new Set(
  (
    'VARIABLE_POINTER MISALIGNED MISALIGNED_PACKET CONTEXT_ACCESS MAP_WRITE_FORBIDDEN MAP_READ_FORBIDDEN PACKET_WRITE ' +
    'MAP_PTR_ACCESS MAP_PTR_CAPABILITY FIELD_DIRECT_ACCESS BTF_POINTER_ACCESS FILL_SIZE'
  ).split(' '),
);
const ABOUT_SUM = new Set(['MATH_KNOWN', 'POINTER_OFFSET', 'MATH_UNBOUNDED', 'MATH_OUT_OF_BOUNDS']);
const ABOUT_RESULT = new Set(['RETURN_STACK_POINTER', 'CALLBACK_NOT_SCALAR']);
const ABOUT_STORED = new Set(['SPILL_SIZE', 'SPILL_CALLEE_POINTER']);

/** The register that such a message is about; -1: none. */
export function unnamedRegister(name: string, subject: Omit<Subject, 'register'>): number {
  const instruction = subject.program.instructions[subject.path.steps[subject.step]?.slot ?? -1];
  if (!instruction) return -1;
  const kind = instruction.opcode & 7;
  if (ABOUT_RESULT.has(name)) return 0;
  if (ABOUT_STORED.has(name)) return kind === BPF_STX ? instruction.src : -1;
  if (ABOUT_ADDRESS.has(name)) {
    if (kind === BPF_LDX) return instruction.src;
    return kind === BPF_ST || kind === BPF_STX ? instruction.dst : -1;
  }
  if (!ABOUT_SUM.has(name) || kind === BPF_LD || (kind !== BPF_ALU && kind !== BPF_ALU64)) return -1;
  if ((instruction.opcode & BPF_X) === 0) return instruction.dst;
  // A sum has its pointer on either side; what can be too much is the number.
  const before = registerBefore(subject.path, subject.step, instruction.dst, subject.frame);
  return before?.base === SCALAR_VALUE ? instruction.dst : instruction.src;
}
