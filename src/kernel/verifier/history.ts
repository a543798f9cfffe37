// The jump history of a state: which instructions the path took where that is not "the one before", which of them touched the
// stack, and which registers were equal at a branch. Precision is tracked back along it.
import { env } from './environment';
import {
  HISTORY_AT,
  HISTORY_FLAGS,
  HISTORY_FROM,
  HISTORY_LINKED,
  HISTORY_SIZE,
  HISTORY_STACK,
  STATE_HISTORY,
  STATE_HISTORY_COUNT,
} from './layout';
import { reserveHistory } from './states';

/** Flags of an access to slot `slot` of frame `frame`. */
export function stackFlags(frame: i32, slot: i32): i32 {
  return HISTORY_STACK | frame | (slot << 3);
}
export function flagsFrame(flags: i32): i32 {
  return flags & 7;
}
export function flagsSlot(flags: i32): i32 {
  return (flags >> 3) & 63;
}

/** Notes the current instruction; a second note about it adds to the first. */
export function pushHistory(flags: i32, linked: u64): void {
  if (env.historyEntry != 0) {
    store<i32>(env.historyEntry, load<i32>(env.historyEntry, HISTORY_FLAGS) | flags, HISTORY_FLAGS);
    store<u64>(env.historyEntry, linked, HISTORY_LINKED);
    return;
  }
  const state = env.state;
  const count = load<i32>(state, STATE_HISTORY_COUNT);
  reserveHistory(state, count + 1);
  const entry = load<usize>(state, STATE_HISTORY) + <usize>(count * HISTORY_SIZE);
  store<i32>(entry, env.instruction, HISTORY_AT);
  store<i32>(entry, env.previous, HISTORY_FROM);
  store<i32>(entry, flags, HISTORY_FLAGS);
  store<u64>(entry, linked, HISTORY_LINKED);
  store<i32>(state, count + 1, STATE_HISTORY_COUNT);
  env.historyEntry = entry;
}
/** The entry of `instruction` that ends the first `count` entries; 0: none. */
export function historyEntryAt(state: usize, count: i32, instruction: i32): usize {
  if (count <= 0) return 0;
  const entry = load<usize>(state, STATE_HISTORY) + <usize>((count - 1) * HISTORY_SIZE);
  return load<i32>(entry, HISTORY_AT) == instruction ? entry : 0;
}
