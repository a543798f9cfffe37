// Several processors at work at once, each with a program of its own over a packet of its own, on the same maps. The host says who does
// the next instruction, so that what can go wrong between two of them can be shown, and shown again.
import { EBUSY, EINVAL, ENOSPC, ENOTSUPP } from '../generated/errno';
import { clearWaiting, cpu, cpus, setCpu, waiting } from '../cpu';
import { allocateObject, freeObject, reserve } from '../memory/arena';
import { REGISTERS } from '../memory/layout';
import { Program } from '../program';
import { PROG_XDP } from '../rewrite/context';
import { XDP_PAGE, XDP_KEPT, keepXdp, openXdpAt, returnToXdp, testQueue, XDP_HEADROOM } from '../syscall/xdp-buffer';
import { Place, beginRunAt, codeBase, endRun, goTo, noteTo } from './calls';
import { clearFault } from './fault';
import { FIRST_FRAME, FRAME_SIZE, FRAME_STRIDE, setStackPointer, stackPointer } from './frames';
import { STATUS_BUDGET, STATUS_EXIT, execute, resumeAt, setResume } from './interpreter';
import { RECORD_SHIFT } from './operations';
import { chooseType } from './run';

/** frames that each processor has room for: the 8 of a program, and those of nested runs */
const FRAMES_EACH: usize = 9;
/** processors that the stacks (frames.ts) have room for */
const MOST: i32 = 3;
const REGISTER_BYTES: usize = 88;

/** what step() says beside the interpreter's statuses: the lock that the processor wants is another one's */
export const STATUS_WAITS: i32 = 3;

class Processor {
  place: Place = new Place();
  resume: usize = 0;
  stack: u64 = 0;
  registers: usize = 0;
  page: usize = 0;
  kept: usize = 0;
  over: bool = false;
  constructor(public program: Program) {}
}

let processors: Processor[] = [];
/** the one whose registers are in place; -1: none */
let current: i32 = -1;
/** the stack pointer when no program runs, and the processor that did */
let idleStack: u64 = 0;
let before: u32 = 0;

export function resetRace(): void {
  processors = [];
  current = -1;
}

function leave(processor: Processor): void {
  memory.copy(processor.registers, REGISTERS, REGISTER_BYTES);
  processor.resume = resumeAt;
  processor.stack = stackPointer;
  noteTo(processor.place);
  keepXdp(processor.kept);
}

function enter(index: i32): void {
  if (index == current) return;
  if (current >= 0) leave(processors[current]);
  const processor = processors[index];
  memory.copy(REGISTERS, processor.registers, REGISTER_BYTES);
  setResume(processor.resume);
  setStackPointer(processor.stack);
  goTo(processor.place);
  returnToXdp(processor.page, processor.kept);
  chooseType(processor.program.type);
  setCpu(<u32>index);
  current = index;
}

/** One more processor, numbered from 0, which is to run an XDP program over a packet. Its number, or -errno. */
export function addToRace(program: Program, packet: usize, size: u32): i32 {
  const index = processors.length;
  if (index >= MOST || index >= <i32>cpus) return -ENOSPC;
  if (program.type != PROG_XDP || program.missing != 0) return -ENOTSUPP;
  if (size < 14 || size > 3520) return -EINVAL;
  if (index == 0) {
    idleStack = stackPointer;
    before = cpu;
    clearFault();
  }
  const processor = new Processor(program);
  processor.registers = allocateObject(REGISTER_BYTES);
  processor.kept = allocateObject(XDP_KEPT);
  processor.page = reserve(XDP_PAGE);
  if (processor.registers == 0 || processor.kept == 0 || processor.page == 0) return -ENOSPC;
  if (current >= 0) leave(processors[current]);
  const data = processor.page + XDP_HEADROOM;
  memory.copy(data, packet, size);
  const r1 = openXdpAt(processor.page, <u32>XDP_PAGE, data, size, 0, testQueue());
  setStackPointer(idleStack - <u64>(FRAMES_EACH * FRAME_STRIDE) * <u64>index);
  memory.fill(REGISTERS, 0, REGISTER_BYTES);
  if (!beginRunAt(FIRST_FRAME + <usize>index * FRAMES_EACH * FRAME_SIZE, program.records)) return -EBUSY;
  store<u64>(REGISTERS, r1, 8);
  setResume(program.records);
  processors.push(processor);
  current = index;
  return index;
}

/**
 * Processor `index` does one instruction: 0 its program returned, 1 it goes on, 2 a fault, 3 it waits for a lock. -EINVAL: there is no such
 * processor, or its program is over.
 */
export function stepRace(index: i32): i32 {
  if (index < 0 || index >= processors.length || processors[index].over) return -EINVAL;
  enter(index);
  const at = resumeAt;
  clearWaiting();
  const status = execute(1);
  if (waiting) {
    // It asks again next time.
    setResume(at);
    return STATUS_WAITS;
  }
  if (status == STATUS_BUDGET) return status;
  const processor = processors[index];
  processor.over = true;
  const r0 = load<u64>(REGISTERS);
  endRun(null);
  store<u64>(REGISTERS, status == STATUS_EXIT ? r0 : 0);
  return status;
}

/** r0 of a processor, also after its program is over */
export function raceResult(index: i32): u64 {
  if (index < 0 || index >= processors.length) return 0;
  return index == current ? load<u64>(REGISTERS) : load<u64>(processors[index].registers);
}

/** Slot of the instruction that a processor does next, in the rewritten program. */
export function raceSlot(index: i32): i32 {
  if (index < 0 || index >= processors.length) return -EINVAL;
  const processor = processors[index];
  const record = index == current ? resumeAt : processor.resume;
  const code = index == current ? codeBase : processor.place.codeBase;
  return <i32>((record - code) >> RECORD_SHIFT);
}

/** The machine is as it was before the first processor was added, but for what the programs did to maps. */
export function endRace(): void {
  for (let i = 0; i < processors.length; i++) {
    const processor = processors[i];
    if (!processor.over) {
      enter(i);
      endRun(null);
    }
  }
  for (let i = 0; i < processors.length; i++) {
    freeObject(processors[i].registers);
    freeObject(processors[i].kept);
    freeObject(processors[i].page);
  }
  if (processors.length > 0) {
    setStackPointer(idleStack);
    setCpu(before);
  }
  resetRace();
}
