// A refusal as a diagnostic on the C line: what happened, what was expected, what was known, how it came to that, what helps.
import { fillTemplate, type Diagnostic, type DiagnosticNote } from '../diagnostics/diagnostic.ts';
import { MESSAGE_ARGUMENTS, MESSAGE_NAMES, helperName, renderMessage } from '../bpf/verifier-messages.ts';
import {
  PTR_MAYBE_NULL,
  REGISTER_BASE_TYPE,
  SCALAR_VALUE,
  PTR_TO_PACKET,
  registerTypeName,
} from '../bpf/verifier-records.ts';
import { CATEGORIES, problemOfCode, problemOfMessage, type Problem } from './catalogue.ts';
import { causalNotes } from './causes.ts';
import { suggestedFixes } from './fixes.ts';
import { accessSize, isCall } from './flow.ts';
import { failingPath, registerBefore, type FailingPath } from './path.ts';
import { usedMap, type ExplainedProgram } from './program.ts';
import type { MessageRecord, RegisterState } from './records.ts';
import { catalogueNote, note, spanAt, type Refusal } from './refusal.ts';
import { registerText } from './state-text.ts';

/** A message's values by the names that the catalogue gives them, types and words as text. */
function valuesOf(record: MessageRecord, program: ExplainedProgram): Record<string, string | number> {
  const name = MESSAGE_NAMES[record.id] ?? '';
  const labels = (problemOfMessage(name)?.messages[name] ?? '').split(' ');
  const kinds = MESSAGE_ARGUMENTS[record.id] ?? '';
  const values: Record<string, string | number> = {};
  let at = 0;
  [...kinds].forEach((kind, i) => {
    const value = Number(record.values[at] ?? 0n);
    at += kind === 'n' ? 2 : 1;
    const label = labels[i] ?? '_';
    if (label === '_' || label === '') return;
    if (label === 'register') values[label] = `r${value}`;
    else if (label === 'helper') values['function'] = `${helperName(value)}()`;
    else if (kind === 't') values[label] = registerTypeName(value);
    else if (kind === 'f') values[label] = program.subprograms[value]?.name ?? `func#${value}`;
    else values[label] = value;
  });
  return values;
}

/** Registers of the message, -1 when it names none: the argument labelled "register". */
function registerOf(record: MessageRecord): number {
  const name = MESSAGE_NAMES[record.id] ?? '';
  const at = (problemOfMessage(name)?.messages[name] ?? '').split(' ').indexOf('register');
  if (at < 0) return -1;
  const kinds = MESSAGE_ARGUMENTS[record.id] ?? '';
  let value = at;
  for (let i = 0; i < at; i++) if (kinds[i] === 'n') value++;
  return Number(record.values[value] ?? -1n);
}

/** Which problem a message is; one message means three by the kind of pointer. */
function problemOf(record: MessageRecord): Problem | undefined {
  const name = MESSAGE_NAMES[record.id] ?? '';
  const found = problemOfMessage(name);
  if (name !== 'INVALID_MEM_ACCESS') return found;
  const type = Number(record.values[1] ?? 0n);
  if (type & PTR_MAYBE_NULL) return problemOfCode('V110');
  return problemOfCode((type & REGISTER_BASE_TYPE) === SCALAR_VALUE ? 'V111' : 'V112');
}

/** A number that C calls NULL: on this path a function of one's own gave 0, and a field of it would be read. */
function isNull(state: RegisterState | null): boolean {
  return state !== null && state.constant && state.value < 4096n;
}

/** "packet", "map value", "stack", … for a sentence. */
function memoryName(state: RegisterState | null): string {
  if (!state) return 'memory';
  const names: Readonly<Record<string, string>> = { pkt: 'packet', map_value: 'map value', fp: 'stack', mem: 'memory' };
  return names[registerTypeName(state.type)] ?? registerTypeName(state.type);
}

/** Linux's own last message: several pieces of one line are joined. */
function linuxWords(messages: readonly MessageRecord[], program: ExplainedProgram): string {
  const text = messages
    .map((record) =>
      renderMessage(record.id, record.values, {
        subprogram: (i) => program.subprograms[i]?.name ?? '',
        map: (i) => usedMap(program, i)?.name ?? '',
      }),
    )
    .join('');
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function refusalOf(program: ExplainedProgram, path: FailingPath): Refusal | null {
  const last = path.messages.findLast((record) => problemOf(record) !== undefined);
  if (!last) return null;
  const inWalk = path.steps.length > 0 && last.instruction >= 0;
  const step = inWalk ? path.steps.length - 1 : -1;
  const slot = step >= 0 ? (path.steps[step]?.slot ?? -1) : last.instruction;
  const frame = path.steps[step]?.frame ?? 0;
  const args: Record<string, string | number> = {};
  // The first message of a pair has the sizes, the last one the verdict.
  for (const record of path.messages) Object.assign(args, valuesOf(record, program));
  const named = path.messages.map(registerOf).filter((number) => number >= 0);
  const instruction = program.instructions[slot];
  const register = named.at(-1) ?? -1;
  const state = register >= 0 && step >= 0 ? registerBefore(path, step, register, frame) : null;
  const said = problemOf(last) as Problem;
  const problem = said.code === 'V111' && isNull(state) ? (problemOfCode('V110') ?? said) : said;
  args['linux'] = linuxWords(path.messages, program);
  if (instruction && isCall(instruction)) {
    args['function'] ??= instruction.src === 0 ? `${helperName(instruction.imm)}()` : 'the function';
    if (register >= 1 && register <= 5) args['argument'] ??= register;
  }
  args['function'] ??= 'the function';
  args['argument'] ??= '';
  args['memory'] = memoryName(state);
  if (state) args['type'] ??= registerTypeName(state.type);
  if (instruction && typeof args['offset'] === 'number') {
    args['size'] ??= accessSize(instruction);
    args['end'] = args['offset'] + Number(args['size']) - 1;
    // A packet's proven bytes are counted, not numbered.
    if (state && (state.type & REGISTER_BASE_TYPE) === PTR_TO_PACKET)
      args['end'] = args['offset'] + Number(args['size']);
  }
  return { program, path, problem, slot, step, frame, register, state, args };
}

/** The diagnostic of a refused program; null when it was accepted or said nothing. */
export function diagnose(records: Uint8Array, program: ExplainedProgram): Diagnostic | null {
  const path = failingPath(records);
  if (path.result === 0) return null;
  const refusal = refusalOf(program, path);
  if (!refusal) return null;
  const { problem, slot, state, register, args } = refusal;
  const span = slot >= 0 ? spanAt(program, slot) : null;
  const notes: DiagnosticNote[] = [
    note(`V-category.${problem.category}`, CATEGORIES[problem.category], {}, null),
    note(`${problem.code}.expected`, problem.expected, args, span),
  ];
  if (state && register >= 0) {
    const known = { register: `r${register}`, state: registerText(state, refusal.frame, program) };
    notes.push(catalogueNote('V-known', known, span));
  }
  notes.push(...causalNotes(refusal));
  notes.push(note(`${problem.code}.suggestion`, problem.suggestion, args, span));
  notes.push(catalogueNote('V-linux', args, null));
  return {
    severity: 'error',
    code: problem.code,
    message: fillTemplate(problem.message, args),
    args,
    span,
    notes,
    fixes: suggestedFixes(refusal),
  };
}
