// How did it come to that? Backwards along the failing path from the register that a message is about: where its value was
// made, copied, kept on the stack, passed to a function, changed and compared; for a leak where the thing was reserved.
import type { DiagnosticNote } from '../diagnostics/diagnostic.ts';
import { BPF_PSEUDO_CALL, BPF_ST, BPF_STX } from '../bpf/opcodes.ts';
import { helperName } from '../bpf/verifier-messages.ts';
import {
  PTR_MAYBE_NULL,
  PTR_TO_CTX,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_STACK,
  SCALAR_VALUE,
} from '../bpf/verifier-records.ts';
import { catalogueNote, spanAt, type Refusal } from './refusal.ts';
import { isCall, isConditional, isExit, originOf } from './flow.ts';
import { registerBefore, type PathStep } from './path.ts';
import { sourceLineAt, subprogramAt, usedMap } from './program.ts';
import { invalidatedAt } from './stale.ts';
import { registerText } from './state-text.ts';

/** A reader follows a handful of places; of a longer chain the ends matter. */
const MOST_NOTES = 8;

/** Problems with a lock: where it was taken is not in Linux's message. */
const LOCKS = new Set(['V403', 'V409', 'V410']);

/** The places in the order in which the program passes them. */
export function causalNotes(refusal: Refusal): DiagnosticNote[] {
  if (refusal.problem.code === 'V401') return ends(reservationNotes(refusal));
  if (LOCKS.has(refusal.problem.code)) return ends(lockNotes(refusal));
  if (refusal.register < 0 || refusal.step < 0) return [];
  const unset = refusal.problem.code === 'V201' || refusal.problem.code === 'V209';
  if (unset) return ends(unsetNotes(refusal));
  const places = [...rangePlaces(refusal), ...new ValueTrace(refusal).places()];
  return ends(places.sort((a, b) => b.step - a.step).map(({ note }) => note));
}

/** A place of the path that something is said of. */
interface Place {
  /** index of its step */
  readonly step: number;
  readonly note: DiagnosticNote;
}

/** The nearest places and the first one, in the order of the program. */
const ends = (notes: readonly DiagnosticNote[]): DiagnosticNote[] =>
  (notes.length <= MOST_NOTES ? [...notes] : [...notes.slice(0, MOST_NOTES - 1), ...notes.slice(-1)]).reverse();

/** "bpf_map_lookup_elem()", or the name of the program's own function */
export function calleeName({ program }: Pick<Refusal, 'program'>, slot: number): string {
  const call = program.instructions[slot];
  if (!call || !isCall(call)) return '';
  if (call.src !== BPF_PSEUDO_CALL) return `${helperName(call.imm)}()`;
  return `${program.subprograms[subprogramAt(program, slot + 1 + call.imm)]?.name ?? 'the function'}()`;
}

/** Follows one value backwards: through registers, stack slots, and functions in both directions. */
class ValueTrace {
  private readonly refusal: Refusal;
  /** nearest place first */
  private readonly found: Place[] = [];
  private readonly seen = new Set<string>();
  private frame: number;
  private register: number;
  /** the value lies in the stack, here: offset from the top of `frame` */
  private offset: number | null = null;
  private current = -1;

  constructor(refusal: Refusal) {
    this.refusal = refusal;
    this.frame = refusal.frame;
    this.register = refusal.register;
  }

  places(): readonly Place[] {
    this.follow();
    return this.found;
  }

  private follow(): void {
    const { path } = this.refusal;
    const stale = invalidatedAt(this.refusal);
    for (let i = this.refusal.step - 1; i >= 0; i--) {
      const step = path.steps[i];
      if (!step) return;
      this.current = i;
      if (i === stale) this.add('V-invalidated', { function: calleeName(this.refusal, step.slot) }, step);
      if (!this.back(i, step)) return;
    }
    const first = path.steps[0];
    this.current = 0;
    if (first && this.frame === 0 && this.offset === null && this.register <= 5 && path.entry.has(this.register))
      this.add('V-from-entry', { register: `r${this.register}` }, first);
  }

  /** A place is told of once, as it was nearest to the mistake: a loop comes by it many times. */
  private add(code: string, args: Readonly<Record<string, string | number>>, step: PathStep): void {
    const span = spanAt(this.refusal.program, step.slot);
    const key = `${code} ${span ? `${span.file}:${span.line}` : step.slot}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.found.push({ step: this.current, note: catalogueNote(code, args, span) });
  }

  private text(step: PathStep): string | null {
    const after = step.frameAfter === this.frame ? step.changed.get(this.register) : undefined;
    return after ? `r${this.register}=${registerText(after, this.frame, this.refusal.program)}` : null;
  }

  /** One step; false: the value came from here. */
  private back(i: number, step: PathStep): boolean {
    const instruction = this.refusal.program.instructions[step.slot];
    if (!instruction) return true;
    if (step.frame < this.frame) return this.intoCaller(step);
    if (this.offset !== null) return this.backFromStack(i, step);
    if (step.frame > this.frame) {
      // r0 of a function that was walked is what its exit left
      if (this.register === 0 && step.frame === this.frame + 1 && isExit(instruction)) this.intoCallee(i, step);
      return true;
    }
    return this.backFromRegister(i, step);
  }

  /** The call that began this frame: r1 to r5 are the caller's. */
  private intoCaller(step: PathStep): boolean {
    const call = this.refusal.program.instructions[step.slot];
    if (this.offset !== null || this.register < 1 || this.register > 5) return false;
    this.add('V-from-argument', { register: `r${this.register}` }, step);
    // What a helper hands to its callback is made by the helper.
    if (call?.src !== BPF_PSEUDO_CALL) return false;
    this.frame = step.frame;
    return true;
  }

  private intoCallee(exit: number, step: PathStep): void {
    const { steps } = this.refusal.path;
    let call = exit - 1;
    while (call >= 0 && (steps[call]?.frame ?? 0) >= step.frame) call--;
    const caller = steps[call];
    if (caller) this.add('V-from-call', { register: 'r0', function: calleeName(this.refusal, caller.slot) }, caller);
    this.frame = step.frame;
  }

  private backFromStack(i: number, step: PathStep): boolean {
    const { program, path } = this.refusal;
    const instruction = program.instructions[step.slot];
    const offset = this.offset ?? 0;
    const number = Math.floor((-offset - 1) / 8);
    const changed = step.frameAfter === this.frame && step.changedSlots.some((slot) => slot.number === number);
    if (!instruction) return true;
    const kind = instruction.opcode & 7;
    if (kind !== BPF_STX && kind !== BPF_ST) {
      if (!changed || !isCall(instruction)) return true;
      this.add('V-written', { function: calleeName(this.refusal, step.slot) }, step);
      return false;
    }
    if (instruction.dst !== 10 && !changed) return true;
    const through = instruction.dst === 10 ? null : registerBefore(path, i, instruction.dst, step.frame);
    const frame = through ? through.frame : step.frame;
    const start = (through?.off ?? 0) + instruction.offset;
    if (frame !== this.frame || start > offset || Math.floor((-start - 1) / 8) !== number) return true;
    if (kind === BPF_ST) {
      this.add('V-from-constant', { register: `fp${offset}` }, step);
      return false;
    }
    this.add('V-saved', { register: `r${instruction.src}` }, step);
    this.register = instruction.src;
    this.frame = step.frame;
    this.offset = null;
    return true;
  }

  private backFromRegister(i: number, step: PathStep): boolean {
    const { program, path } = this.refusal;
    const instruction = program.instructions[step.slot];
    if (!instruction) return true;
    const name = `r${this.register}`;
    const state = this.text(step);
    if (isConditional(instruction)) {
      const reads =
        instruction.dst === this.register || ((instruction.opcode & 8) !== 0 && instruction.src === this.register);
      if (state && (reads || this.tells(i, state))) this.add('V-checked', { register: name, state }, step);
      return true;
    }
    const origin = originOf(instruction, this.register);
    const after = step.changed.get(this.register);
    switch (origin.kind) {
      case 'kept':
        return true;
      case 'copy':
        if (origin.from === 10) {
          this.add('V-from-frame', { register: name }, step);
          return false;
        }
        this.add('V-copied', { register: `r${origin.from}` }, step);
        this.register = origin.from;
        return true;
      case 'computed': {
        const isAddress = after?.base === PTR_TO_STACK && after.constant;
        if (state && !isAddress && !this.isKnownAtTheEnd(step, state)) this.add('V-computed', { state }, step);
        // A number that was added to a pointer decides how far it can go: follow the number.
        const pointer = this.refusal.state && this.refusal.state.base !== SCALAR_VALUE;
        if (origin.with !== null && pointer) {
          const other = registerBefore(path, i, origin.with, this.frame);
          if (other?.base === SCALAR_VALUE && !other.constant) this.register = origin.with;
        }
        return true;
      }
      case 'loaded':
        return this.backFromLoad(i, step, origin.through, origin.offset);
      case 'map':
        this.add('V-from-map', { register: name, map: program.maps[origin.map]?.name ?? '' }, step);
        return false;
      case 'constant':
        this.add('V-from-constant', { register: name }, step);
        return false;
      case 'result': {
        const code = after && after.type & PTR_MAYBE_NULL ? 'V-from-call-null' : 'V-from-call';
        this.add(code, { register: name, function: calleeName(this.refusal, step.slot) }, step);
        return false;
      }
      case 'clobbered':
        this.add('V-clobbered', { function: calleeName(this.refusal, step.slot) }, step);
        return false;
    }
  }

  /** What is known at the end is said there, and not once more on the same line. */
  private isKnownAtTheEnd(step: PathStep, state: string): boolean {
    const { program, state: known, register, slot, frame } = this.refusal;
    if (!known || state !== `r${register}=${registerText(known, frame, program)}`) return false;
    return sourceLineAt(program, step.slot)?.line === sourceLineAt(program, slot)?.line;
  }

  /** Does a comparison of another register say something new of this one? They hold the same number, or nearly. */
  private tells(i: number, state: string): boolean {
    const before = registerBefore(this.refusal.path, i, this.register, this.frame);
    return before !== null && state !== `r${this.register}=${registerText(before, this.frame, this.refusal.program)}`;
  }

  private backFromLoad(i: number, step: PathStep, base: number, offset: number): boolean {
    const { program, path } = this.refusal;
    const register = `r${this.register}`;
    const through = base === 10 ? null : registerBefore(path, i, base, this.frame);
    if (base === 10 || through?.base === PTR_TO_STACK) {
      this.add('V-from-stack', { register }, step);
      if (through && !through.constant) return false;
      this.offset = (through?.off ?? 0) + offset;
      this.frame = through?.frame ?? this.frame;
      return true;
    }
    const after = step.changed.get(this.register);
    if (after?.base === PTR_TO_PACKET) this.add('V-from-packet', { register }, step);
    else if (through?.base === PTR_TO_CTX) this.add('V-from-context', { register }, step);
    else if (through?.base === PTR_TO_PACKET) this.add('V-from-packet-data', { register }, step);
    else if (through?.base === PTR_TO_MAP_VALUE && usedMap(program, through.map)?.name)
      this.add('V-from-value', { register, map: usedMap(program, through.map)?.name ?? '' }, step);
    else this.add('V-from-memory', { register }, step);
    return false;
  }
}

/** Slots of the places that the value came by, nearest first. */
export const valuePlaces = (refusal: Refusal): readonly number[] =>
  refusal.register < 0 || refusal.step < 0
    ? []
    : new ValueTrace(refusal).places().map(({ step }) => refusal.path.steps[step]?.slot ?? -1);

/** A packet pointer: the comparison that proved as many bytes as are proven, often through another register. */
function rangePlaces(refusal: Refusal): Place[] {
  const { program, path, state, args } = refusal;
  const range = typeof args['range'] === 'number' ? args['range'] : state?.range;
  if (!state || state.base !== PTR_TO_PACKET || range === undefined || range <= 0) return [];
  for (let i = refusal.step - 1; i >= 0; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || !instruction || !isConditional(instruction) || step.frame !== refusal.frame) continue;
    for (const number of [instruction.dst, instruction.src]) {
      const after = step.changed.get(number);
      if (after?.base !== PTR_TO_PACKET || after.id !== state.id || after.range !== range) continue;
      const values = { register: `r${number}`, state: `r${number}=${registerText(after, refusal.frame, program)}` };
      return [{ step: i, note: catalogueNote('V-checked', values, spanAt(program, step.slot)) }];
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
  const never = catalogueNote('V-never-set', { register: `r${register}` }, spanAt(program, refusal.slot));
  return [never, ...branchNotes(refusal)];
}

/** Which way the path went from step `first` on: a comparison with what it tells on this way, nearest first. */
function branchNotes({ program, path, step: last, frame }: Refusal, first = 0): DiagnosticNote[] {
  const notes = new Map<number, DiagnosticNote>();
  for (let i = last - 1; i > first; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || step.frame !== frame || !instruction || !isConditional(instruction) || notes.has(step.slot)) continue;
    const after = step.changed.get(instruction.dst);
    const state = after && `r${instruction.dst}=${registerText(after, frame, program)}`;
    const span = spanAt(program, step.slot);
    notes.set(
      step.slot,
      state ? catalogueNote('V-branch-state', { state }, span) : catalogueNote('V-branch', {}, span),
    );
  }
  return [...notes.values()];
}

/** What is not given back was made by the call that the message names; then the path went these ways. */
function reservationNotes(refusal: Refusal): DiagnosticNote[] {
  const { allocated } = refusal.args;
  if (typeof allocated !== 'number') return [];
  const call = refusal.path.steps.findLastIndex((step) => step.slot === allocated);
  const reserved = catalogueNote('V-reserved', {}, spanAt(refusal.program, allocated));
  return [...(call < 0 ? [] : branchNotes(refusal, call)), reserved];
}

/** Where the lock was taken last; and where it was kept to the end, which way the path went then. */
function lockNotes(refusal: Refusal): DiagnosticNote[] {
  const { program, path, step: last, problem } = refusal;
  const taken = path.steps.findLastIndex((step, i) => i < last && calleeName(refusal, step.slot) === 'bpf_spin_lock()');
  if (taken < 0) return [];
  const slot = path.steps[taken]?.slot ?? 0;
  const branches = problem.code === 'V410' ? branchNotes(refusal, taken) : [];
  return [...branches, catalogueNote('V-locked', {}, spanAt(program, slot))];
}
