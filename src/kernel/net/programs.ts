// Runs the programs that hang on the network path. A packet that is traced is run instruction by instruction, so that its record names the
// one that decided; every other one by whatever engine is chosen. Both count the same instructions.
import { COST_bpf_instruction } from '../generated/costs';
import { REDIRECT_NONE, noteRedirect } from '../helpers/redirect';
import { Program } from '../program';
import { nextProgramId, programById } from '../syscall/programs';
import { executed } from '../vm/interpreter';
import { faultKind } from '../vm/fault';
import { decidedCode, decidedSlot, runProgram, runWatched } from '../vm/run';
import { charge } from './account';
import { isTraced, noteProgram } from './record';

/** a program of the network path runs: helpers act instead of noting what was asked for */
export let inNetwork: bool = false;
/** why the machine stands still: a fault in a program, or in kernel code; 0: it runs */
export let halted: i32 = 0;

export function resetNetPrograms(): void {
  inNetwork = false;
  halted = 0;
  lastCode = 0;
  lastProgram = null;
}

/** Nothing is done any more until the next boot (a panic, or a program that faulted). */
export function halt(why: i32): void {
  halted = why;
}

let lastCode: usize = 0;
let lastProgram: Program | null = null;

/** The program whose interpreter records begin at `code`. */
function programOfCode(code: usize): Program | null {
  if (lastCode == code && lastProgram != null) return lastProgram;
  for (let id = nextProgramId(0); id != 0; id = nextProgramId(id)) {
    const program = programById(id);
    if (program != null && program.records == code) {
      lastCode = code;
      lastProgram = program;
      return program;
    }
  }
  return null;
}

/** Does the instruction in `slot` of the rewritten program write r0? Calls do, and loads and arithmetic into it. */
function writesR0(code: usize, slot: i32): bool {
  const program = programOfCode(code);
  if (program == null || slot < 0 || slot >= program.rewrittenCount) return false;
  const at = program.rewritten + ((<usize>slot) << 3);
  const opcode = load<u8>(at);
  if (opcode == 0x85 || opcode == 0x8d) return true;
  const kind = opcode & 7;
  return (kind == 0 || kind == 1 || kind == 4 || kind == 7) && (load<u8>(at, 1) & 15) == 0;
}

/** the packet as it was before a traced run: address and size, and a copy of at most 4096 bytes */
const before: usize = memory.data(4096);

/** Bytes that are not what they were, those that were added or cut off included. */
function difference(at: usize, size: u32, oldAt: usize, oldSize: u32): u32 {
  const from = max<usize>(at, oldAt);
  const to = min<usize>(at + size, oldAt + min<u32>(oldSize, 4096));
  let count: u32 = 0;
  for (let i = from; i < to; i++) if (load<u8>(i) != load<u8>(before + (i - oldAt))) count++;
  const common = to > from ? <u32>(to - from) : 0;
  return count + (size - min<u32>(common, size)) + (min<u32>(oldSize, 4096) - min<u32>(common, oldSize));
}

/** r0 of the last watched run's program: what changed is told by endChange. */
let oldAt: usize = 0;
let oldSize: u32 = 0;

/** Runs `program` on a context, for packet `packet` whose `size` bytes are at `data` now. Its r0; 0 and `halted` after a fault. */
export function runOnPacket(program: Program, context: u64, packet: u32, data: usize, size: u32): u64 {
  noteRedirect(REDIRECT_NONE, 0);
  const start = executed;
  const outer = inNetwork;
  inNetwork = true;
  let r0: u64;
  watched = isTraced(packet);
  if (watched) {
    oldAt = data;
    oldSize = size;
    memory.copy(before, data, min<u32>(size, 4096));
    r0 = runWatched(program, context, writesR0);
    const decider = programOfCode(decidedCode);
    decidedProgram = decider == null ? program.id : decider.id;
    decidedAt = decider == null || decidedSlot < 0 ? -1 : load<i32>(decider.origins + ((<usize>decidedSlot) << 2));
  } else r0 = runProgram(program, context, 0);
  inNetwork = outer;
  charge(COST_bpf_instruction, executed - start);
  if (faultKind() != 0) halted = faultKind();
  ranProgram = program.id;
  return r0;
}

let watched: bool = false;
let ranProgram: i32 = 0;
let decidedProgram: i32 = 0;
let decidedAt: i32 = -1;

/** The next record is the last run's; the packet is at `data` now. */
export function noteRun(data: usize, size: u32): void {
  if (watched) noteProgram(decidedProgram, decidedAt, difference(data, size, oldAt, oldSize));
  else noteProgram(ranProgram, -1, 0);
}
