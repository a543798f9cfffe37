// One run under a debugger's hand: begun, continued instruction by instruction, ended. Going back is replaying from the start, which
// gives the same states again.
import { EBUSY, EINVAL } from '../generated/errno';
import { REGISTERS } from '../memory/layout';
import { Program } from '../program';
import { PROG_TC, PROG_TC_ACTION, PROG_XDP } from '../rewrite/context';
import { openSkb, skbLength, skbStart } from '../syscall/skb-buffer';
import { openXdp, xdpData } from '../syscall/xdp-buffer';
import { beginRun, codeBase, depth, endRun, frameRecord } from './calls';
import { clearFault } from './fault';
import { FRAME_PROGRAM, FRAME_RETURN } from './frames';
import { STATUS_BUDGET, execute, resumeAt, setResume } from './interpreter';
import { RECORD_SHIFT } from './operations';
import { chooseType } from './run';

let open: bool = false;

/** Puts a packet before `program` and stops before its first instruction. 0 or -errno. */
export function beginSteps(program: Program, packet: usize, size: u32): i32 {
  if (open) return -EBUSY;
  if (size < 14 || size > 3520) return -EINVAL;
  clearFault();
  chooseType(program.type);
  let r1: u64;
  let r2: u64 = 0;
  if (program.type == PROG_XDP) {
    r1 = openXdp(packet, size, 0, 0, 0);
    if (program.unverified) {
      r1 = xdpData();
      r2 = <u64>size;
    }
  } else {
    const linkLayer = program.type == PROG_TC || program.type == PROG_TC_ACTION;
    r1 = openSkb(packet, size, 0, linkLayer);
    if (program.unverified) {
      r1 = skbStart();
      r2 = <u64>skbLength();
    }
  }
  if (!beginRun(program.records, null)) return -EBUSY;
  memory.fill(REGISTERS, 0, 80);
  store<u64>(REGISTERS, r1, 8);
  store<u64>(REGISTERS, r2, 16);
  setResume(program.records);
  open = true;
  return 0;
}

/** Runs at most `count` instructions: 0 the program returned, 1 it goes on, 2 a fault; -EINVAL when nothing was begun. */
export function step(count: i64): i32 {
  if (!open) return -EINVAL;
  const status = execute(count);
  if (status != STATUS_BUDGET) endSteps();
  return status;
}

/** Gives up the rest of the run. */
export function endSteps(): void {
  if (!open) return;
  // r0 stays to be looked at.
  const r0 = load<u64>(REGISTERS);
  endRun(null);
  store<u64>(REGISTERS, r0);
  open = false;
}

/** Calls below the main program where the run stands. */
export function stepDepth(): i32 {
  return depth();
}

/**
 * Slot of the instruction that comes next in the frame `level` calls below the main program (its caller's next one for all but the
 * innermost).
 */
export function stepSlot(level: i32): i32 {
  const innermost = depth();
  if (level >= innermost) return <i32>((resumeAt - codeBase) >> RECORD_SHIFT);
  const below = frameRecord(level + 1);
  return <i32>((load<u32>(below, FRAME_RETURN) - load<u32>(below, FRAME_PROGRAM)) >> RECORD_SHIFT);
}

/** First record of the code that the innermost frame runs: another program's after a tail call. */
export function stepCode(): usize {
  return codeBase;
}
