// A refusal as a diagnostic on the C line: what happened, what was expected, what was known, how it came to that, what helps.
import { fillTemplate, type Diagnostic, type DiagnosticNote, type Span } from '../diagnostics/diagnostic.ts';
import { kfuncName } from '../bpf/kfuncs.ts';
import { BPF_PSEUDO_KFUNC_CALL } from '../bpf/opcodes.ts';
import { MESSAGE_ARGUMENTS, MESSAGE_NAMES, helperName, renderMessage } from '../bpf/verifier-messages.ts';
import { PTR_TO_PACKET, SCALAR_VALUE, registerTypeName } from '../bpf/verifier-records.ts';
import { CATEGORIES, problemOfMessage, typeNote } from './catalogue.ts';
import { calleeName, causalNotes } from './causes.ts';
import { suggestedFixes } from './fixes.ts';
import { accessSize, isCall } from './flow.ts';
import { failingPath, registerBefore, type FailingPath } from './path.ts';
import { usedMap, type ExplainedProgram } from './program.ts';
import type { MessageRecord, RegisterState } from './records.ts';
import { catalogueNote, note, spanAt, type Refusal } from './refusal.ts';
import { registerText } from './state-text.ts';
import { isRefusing, unnamedRegister, whichProblem } from './which-problem.ts';

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
    else if (label === 'kfunc') values['function'] = `${kfuncName(value)}()`;
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

const S64_MIN = -(1n << 63n);
const S64_MAX = (1n << 63n) - 1n;
const U64_MAX = (1n << 64n) - 1n;

/** "packet", "map value", "stack", … for a sentence. */
function memoryName(state: RegisterState | null): string {
  if (!state) return 'memory';
  const names: Readonly<Record<string, string>> = {
    pkt: 'packet',
    map_value: 'map value',
    map_key: 'key',
    fp: 'stack',
    mem: 'memory',
    ringbuf_mem: 'reserved memory',
  };
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

/** The bytes that are touched, as the message counts them: from `offset`, `size` of them. */
function reach(args: Record<string, string | number>, state: RegisterState | null, size: number): void {
  if (typeof args['offset'] !== 'number') return;
  args['size'] ??= size;
  // A packet's proven bytes are counted, not numbered.
  const counted = state?.base === PTR_TO_PACKET;
  args['end'] = args['offset'] + Number(args['size']) - (counted ? 0 : 1);
}

function refusalOf(program: ExplainedProgram, path: FailingPath): Refusal | null {
  const last = path.messages.findLast(isRefusing);
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
  const name = MESSAGE_NAMES[last.id] ?? '';
  const register = named.at(-1) ?? unnamedRegister(name, { program, path, step, frame });
  const state = register >= 0 && step >= 0 ? registerBefore(path, step, register, frame) : null;
  const problem = whichProblem(last, { program, path, step, frame, register }, state);
  args['linux'] = linuxWords(path.messages, program);
  if (register >= 0) args['register'] ??= `r${register}`;
  if (instruction && isCall(instruction)) {
    const { src, imm } = instruction;
    if (src === BPF_PSEUDO_KFUNC_CALL) args['function'] ??= `${kfuncName(imm)}()`;
    args['function'] ??= src === 0 ? `${helperName(imm)}()` : calleeName({ program }, slot);
    if (register >= 1 && register <= 5) args['argument'] ??= register;
  }
  args['function'] ??= 'the function';
  args['argument'] ??= '';
  args['memory'] = memoryName(state);
  if (state && !state.constant) args['varies'] = 1;
  if (state) args['type'] ??= registerTypeName(state.type);
  if (instruction) reach(args, state, accessSize(instruction));
  return { program, path, problem, slot, step, frame, register, state, args };
}

/** Problems whose register holds, at the mistake, nothing or something else than the log last showed. */
const UNKNOWN_STATE = new Set(['V201', 'V209', 'V123', 'V408']);

/** Between which numbers it lies, or what was added to it; null for what is known exactly. */
function rangeNote(state: RegisterState, span: Span | null): DiagnosticNote | null {
  if (state.constant) return null;
  const { smin, smax, umin, umax, base } = state;
  if (smin === S64_MIN && smax === S64_MAX && umin === 0n && umax === U64_MAX)
    return catalogueNote('V-range-any', {}, span);
  const signed = smin !== S64_MIN || smax !== S64_MAX;
  const ends = { least: String(signed ? smin : umin), most: String(signed ? smax : umax) };
  return catalogueNote(base === SCALAR_VALUE ? 'V-range' : 'V-range-added', ends, span);
}

/** Which bytes would be touched, where Linux's message has them as figures. */
function reachNote({ problem, args }: Refusal, span: Span | null): DiagnosticNote | null {
  if (typeof args['offset'] !== 'number') return null;
  if (problem.code === 'V101') return args['base'] ? catalogueNote('V-reach-variable', {}, span) : null;
  if (problem.code === 'V103' || problem.code === 'V104')
    return typeof args['whole'] === 'number' ? catalogueNote('V-reach', args, span) : null;
  if (problem.code !== 'V108') return null;
  return catalogueNote(args['varies'] === 1 ? 'V-reach-stack-index' : 'V-reach-stack', args, span);
}

/**
 * The state as Linux writes it. A comparison proves bytes of the packet for all pointers with the same origin, and the log shows
 * it of those compared alone: what the message says of the range is newer than what was last shown.
 */
function knownText({ program, frame, args }: Refusal, state: RegisterState): string {
  const text = registerText(state, frame, program);
  return typeof args['range'] === 'number' ? text.replace(/\br=\d+/, `r=${args['range']}`) : text;
}

/** What was known of the register, as Linux writes it and in words. */
function knownNotes(refusal: Refusal, span: Span | null): DiagnosticNote[] {
  const { problem, state, register } = refusal;
  if (!state || register < 0 || UNKNOWN_STATE.has(problem.code)) return [];
  const name = `r${register}`;
  const type = typeNote(registerTypeName(state.type));
  return [
    catalogueNote('V-known', { register: name, state: knownText(refusal, state) }, span),
    type ? catalogueNote(type, { register: name }, span) : null,
    rangeNote(state, span),
    reachNote(refusal, span),
  ].filter((found) => found !== null);
}

/** The diagnostic of a refused program; null when it was accepted or said nothing. */
export function diagnose(records: Uint8Array, program: ExplainedProgram): Diagnostic | null {
  const path = failingPath(records);
  if (path.result === 0) return null;
  const refusal = refusalOf(program, path);
  if (!refusal) return null;
  const { problem, slot, args } = refusal;
  const span = slot >= 0 ? spanAt(program, slot) : null;
  const notes: DiagnosticNote[] = [
    note(`V-category.${problem.category}`, CATEGORIES[problem.category], {}, null),
    note(`${problem.code}.expected`, problem.expected, args, span),
  ];
  notes.push(...knownNotes(refusal, span));
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
