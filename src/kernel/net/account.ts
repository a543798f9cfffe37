// What work costs: each kind is counted where it is done, multiplied by its price (src/bpf/costs.ts), and makes the processor's time
// go on. Totals by kind and by stage are u64 tables that the host reads.
import { advanceClock, clock } from '../cpu';
import { COST_COUNT, PRICES } from '../generated/costs';

/** picoseconds a unit, u64 each */
const prices: usize = memory.data(64 * 8);
/** units so far, u64 each */
export const counts: usize = memory.data(64 * 8);
/** packets and nanoseconds of each stage, two u64 each */
export const stages: usize = memory.data(64 * 16);
/** drops by reason, u64 each */
export const drops: usize = memory.data(160 * 8);
/** picoseconds that do not make a nanosecond yet */
let rest: u64 = 0;

export function resetAccount(): void {
  memory.fill(counts, 0, 64 * 8);
  memory.fill(stages, 0, 64 * 16);
  memory.fill(drops, 0, 160 * 8);
  rest = 0;
  for (let i = 0; i < COST_COUNT; i++) setPrice(i, <u64>PRICES[i]);
}

/** Another price than the table's, for "what if" and for tests. */
export function setPrice(kind: i32, picoseconds: u64): void {
  if (kind >= 0 && kind < COST_COUNT) store<u64>(prices + ((<usize>kind) << 3), picoseconds);
}

/** `units` of work of a kind were done. */
export function charge(kind: i32, units: u64): void {
  const at = (<usize>kind) << 3;
  store<u64>(counts + at, load<u64>(counts + at) + units);
  const total = load<u64>(prices + at) * units + rest;
  const nanoseconds = total / 1000;
  rest = total - nanoseconds * 1000;
  advanceClock(nanoseconds);
}

export function countStage(stage: i32, nanoseconds: u64): void {
  const at = stages + ((<usize>stage) << 4);
  store<u64>(at, load<u64>(at) + 1);
  store<u64>(at, load<u64>(at, 8) + nanoseconds, 8);
}

export function countDrop(reason: i32): void {
  const at = drops + ((<usize>reason) << 3);
  store<u64>(at, load<u64>(at) + 1);
}

/** time since `start` */
export function since(start: u64): u32 {
  return clock > start ? <u32>(clock - start) : 0;
}
