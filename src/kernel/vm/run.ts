// Runs a program, by the interpreter or as compiled code, and leaves the outcome where the host can ask for it.
import { BUDGET_WORD, REGISTERS } from '../memory/layout';
import { Program } from '../program';
import { Suspended, beginRun, codeBase, depth, endRun, resetCompiledDepth } from './calls';
import { enterFrame, leaveFrame } from './frames';
import { FAULT_BUDGET, FAULT_CALL_DEPTH, locate, raise } from './fault';
import { STATUS_BUDGET, STATUS_EXIT, addExecuted, execute, setResume, resumeAt } from './interpreter';
import { RECORD_SHIFT } from './operations';

export const ENGINE_INTERPRETER: i32 = 0;
export const ENGINE_JIT: i32 = 1;
export const ENGINE_JIT_CHECKED: i32 = 2;

/** what runs a program that nobody asked a special engine for */
export let engine: i32 = ENGINE_INTERPRETER;
/** instructions a run may take */
export let budget: i64 = 100_000_000;
/** instructions that the interpreter is given at once */
const SLICE: i64 = 100_000;

/** runs inside one another: a callback of a timer, a program run by a helper */
let running: i32 = 0;

export function setEngine(which: i32): void {
  engine = which;
}

export function setBudget(instructions: i64): void {
  budget = instructions;
}

export function resetRuns(): void {
  running = 0;
  engine = ENGINE_INTERPRETER;
  budget = 100_000_000;
}

/** Function-table index of the program's compiled form under the chosen engine; 0: there is none, the interpreter runs it. */
export function compiledFor(program: Program): u32 {
  if (engine == ENGINE_JIT && !program.unverified) return program.compiled;
  return engine == ENGINE_INTERPRETER ? 0 : program.compiledChecked;
}

/** enum bpf_prog_type of the program that runs */
export let runningType: i32 = 0;

/** For runs that do not come through runProgram. */
export function chooseType(type: i32): void {
  runningType = type;
}

/** Runs `program` to its end and returns r0; look at faultKind() before believing it. */
export function runProgram(program: Program, r1: u64, r2: u64): u64 {
  program.runs++;
  const outer = runningType;
  runningType = program.type;
  const index = compiledFor(program);
  const r0 =
    index != 0 ? runCompiled(index, r1, r2, 0, 0, 0) : interpret(program.records, program.records, r1, r2, 0, 0, 0);
  runningType = outer;
  return r0;
}

/** Runs the function at a function-table index as a program's main function or as a callback. */
export function runCompiled(index: u32, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const outermost = running == 0;
  if (outermost) {
    store<i64>(BUDGET_WORD, budget);
    resetCompiledDepth();
  }
  const top = enterFrame();
  if (top == 0) {
    raise(FAULT_CALL_DEPTH, 0);
    return 0;
  }
  running++;
  const r0 = call_indirect<u64>(index, r1, r2, r3, r4, r5, top);
  running--;
  leaveFrame(top);
  if (outermost) addExecuted(<u64>(budget - load<i64>(BUDGET_WORD)));
  return r0;
}

/** Runs interpreted code from record `start`; `records` is the beginning of the program that it belongs to. */
export function interpret(records: usize, start: usize, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const suspended = running > 0 ? new Suspended() : null;
  const back = resumeAt;
  if (!beginRun(records, suspended)) {
    raise(FAULT_CALL_DEPTH, 0);
    return 0;
  }
  running++;
  store<u64>(REGISTERS, r1, 8);
  store<u64>(REGISTERS, r2, 16);
  store<u64>(REGISTERS, r3, 24);
  store<u64>(REGISTERS, r4, 32);
  store<u64>(REGISTERS, r5, 40);
  setResume(start);
  let left = budget;
  let status = STATUS_BUDGET;
  // In slices: an engine swaps optimized code in at the next call, never in the middle of one.
  while (left > 0) {
    const slice = min<i64>(left, SLICE);
    status = execute(slice);
    if (status != STATUS_BUDGET) break;
    left -= slice;
  }
  if (status == STATUS_BUDGET) {
    raise(FAULT_BUDGET, 0);
    locate(<i32>((resumeAt - codeBase) >> RECORD_SHIFT), 0);
  }
  const r0 = status == STATUS_EXIT ? load<u64>(REGISTERS) : 0;
  endRun(suspended);
  setResume(back);
  running--;
  return r0;
}

/** the instruction that gave a watched run's r0 its value: first record of its program, slot of the rewritten program */
export let decidedCode: usize = 0;
export let decidedSlot: i32 = -1;

/**
 * As runProgram, by the interpreter, instruction by instruction, noting which one of the main function last wrote r0: the one that decided.
 * `writes` says whether the instruction in a slot of the program whose records begin at `code` writes r0.
 */
export function runWatched(program: Program, r1: u64, writes: (code: usize, slot: i32) => bool): u64 {
  program.runs++;
  const outer = runningType;
  runningType = program.type;
  const suspended = running > 0 ? new Suspended() : null;
  const back = resumeAt;
  decidedCode = program.records;
  decidedSlot = -1;
  let r0: u64 = 0;
  if (beginRun(program.records, suspended)) {
    running++;
    store<u64>(REGISTERS, r1, 8);
    store<u64>(REGISTERS, 0, 16);
    setResume(program.records);
    let left = budget;
    let status = STATUS_BUDGET;
    while (left > 0) {
      const code = codeBase;
      const slot = <i32>((resumeAt - code) >> RECORD_SHIFT);
      if (depth() == 0 && writes(code, slot)) {
        decidedCode = code;
        decidedSlot = slot;
      }
      status = execute(1);
      if (status != STATUS_BUDGET) break;
      left--;
    }
    if (status == STATUS_BUDGET) {
      raise(FAULT_BUDGET, 0);
      locate(<i32>((resumeAt - codeBase) >> RECORD_SHIFT), 0);
    }
    r0 = status == STATUS_EXIT ? load<u64>(REGISTERS) : 0;
    endRun(suspended);
    setResume(back);
    running--;
  } else raise(FAULT_CALL_DEPTH, 0);
  runningType = outer;
  return r0;
}
