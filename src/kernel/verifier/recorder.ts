// The growing buffer of records. With the failing path only, going back to a branch drops what was recorded since, as Linux's
// level-1 log does. What does not fit the bound is left out, visibly; messages and the end always fit.
import {
  BRANCH_RECORD_from,
  BRANCH_RECORD_joined,
  BRANCH_RECORD_state,
  BRANCH_RECORD_to,
  RECORD_EVERYTHING,
  RECORD_FAILING_PATH,
  RECORD_HEADER,
  RECORD_LIVE_REGISTERS,
  RECORD_MESSAGE,
  RECORD_NOTHING,
  RECORD_POP,
  RECORD_STATE,
  RECORD_STEP,
  RECORD_TRUNCATED,
  RECORD_kind,
  RECORD_size,
  STATE_DELTA,
  STATE_RECORD_why,
  TRUNCATED_RECORD_bytes,
} from '../generated/verifier-records';

/** Bytes beyond the bound that messages and the end may still take. */
const RESERVE: u32 = 8192;

let mode: i32 = RECORD_FAILING_PATH;
let limit: u32 = 1 << 20;
let buffer: usize = 0;
let capacity: u32 = 0;
let end: u32 = 0;
let wanted: u64 = 0;
let full: bool = false;
/** where the note about that stands */
let fullAt: u32 = 0;
/** the source line printed last belongs to this instruction */
let lastSource: i32 = -1;

export function setRecording(newMode: i32, limitBytes: u32): void {
  mode = newMode;
  limit = limitBytes;
}
export function recordsStart(): usize {
  return buffer;
}
export function recordsSize(): u32 {
  return end;
}
export function recordPosition(): u32 {
  return end;
}
/** Recording anything (Linux: log level 1 or 2)? */
export function recording(): bool {
  return mode != RECORD_NOTHING;
}
/** Recording what only log level 2 shows? */
export function recordingAll(): bool {
  return mode == RECORD_EVERYTHING;
}
export function resetRecords(): void {
  end = 0;
  wanted = 0;
  full = false;
  lastSource = -1;
}

/** Nothing failed: what was kept of the last path is of no use. */
export function dropFailingPath(): void {
  if (mode != RECORD_FAILING_PATH) return;
  end = 0;
  full = false;
}

function ensure(size: u32): void {
  const needed = end + size;
  if (needed <= capacity) return;
  let grown: u32 = capacity == 0 ? 16384 : capacity;
  while (grown < needed) grown += grown >> 1;
  buffer = buffer == 0 ? heap.alloc(grown) : heap.realloc(buffer, grown);
  capacity = grown;
}

/** Room for a record of `size` bytes (rounded up to 8), zeroed, header written; 0 when the bound is reached. */
export function newRecord(kind: i32, size: u32): usize {
  size = (size + 7) & ~7;
  wanted += size;
  const always = kind >= RECORD_TRUNCATED || kind == RECORD_MESSAGE;
  if (end + size > limit) {
    if (!full) {
      full = true;
      fullAt = end;
      const note = newRecord(RECORD_TRUNCATED, RECORD_HEADER + 8);
      if (note != 0) store<u64>(note, wanted, TRUNCATED_RECORD_bytes);
    }
    if (!always || end + size > limit + RESERVE) return 0;
  } else if (full && !always) return 0;
  ensure(size);
  const at = buffer + end;
  end += size;
  memory.fill(at, 0, size);
  store<u32>(at, kind, RECORD_kind);
  store<u32>(at, size, RECORD_size);
  return at;
}

/** The instruction whose source line the log shows last, then this one's. */
export function exchangeSource(instruction: i32): i32 {
  const before = lastSource;
  lastSource = instruction;
  return before;
}

/** Did Linux, after `position`, print a state on the line that ended there? */
function joinedAt(position: u32): bool {
  let at = position;
  while (at < end) {
    const record = buffer + at;
    const kind = load<i32>(record, RECORD_kind);
    if (kind == RECORD_STATE) return load<i32>(record, STATE_RECORD_why) == STATE_DELTA;
    if (kind == RECORD_STEP || kind == RECORD_MESSAGE || kind <= RECORD_LIVE_REGISTERS) return false;
    at += load<u32>(record, RECORD_size);
  }
  return false;
}

/** Back to a waiting branch: drops what was recorded since, unless everything is kept. */
export function recordPop(position: u32, number: i32, from: i32, to: i32): void {
  if (mode == RECORD_NOTHING) return;
  let joined: bool = false;
  if (mode == RECORD_FAILING_PATH && position <= end) {
    joined = joinedAt(position);
    end = position;
    // the note goes with what is dropped, and stays with what is kept
    if (fullAt >= position) full = false;
  }
  const record = newRecord(RECORD_POP, RECORD_HEADER + 16);
  if (record == 0) return;
  store<i32>(record, number, BRANCH_RECORD_state);
  store<i32>(record, from, BRANCH_RECORD_from);
  store<i32>(record, to, BRANCH_RECORD_to);
  store<i32>(record, joined ? 1 : 0, BRANCH_RECORD_joined);
}
