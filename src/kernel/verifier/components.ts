// Loops in the control-flow graph while they are being walked. A kept state inside a loop that is not finished may still get
// precision marks through a back edge, so it covers another state only by the stricter rule, and marks are sent round until
// nothing changes when the loop is left.
import {
  COMPONENT_RECORD_chain,
  COMPONENT_RECORD_entries,
  COMPONENT_RECORD_what,
  RECORD_COMPONENT,
} from '../generated/verifier-records';
import { AUX_COMPONENT, auxOf, env } from './environment';
import { frameInstruction } from './equivalence';
import { STATE_EQUAL, STATE_FRAME, STATE_NEXT, STATE_PARENT_STATE, STATE_PINNED } from './layout';
import { powerPool, take } from './pool';
import { clearPrecisionChanged, markAllPrecise, precisionChanged, propagatePrecision } from './precision';
import { newRecord, recordingAll } from './recorder';
import { freeState } from './states';

// A visit: the loop, entered through one chain of calls.
const NEXT: i32 = 0;
const COMPONENT: i32 = 4;
/** 7 × u32 */
const CALLSITES: i32 = 8;
const ENTRY: i32 = 36;
const BACK_EDGES: i32 = 40;
const COUNT: i32 = 44;
const SIZE: i32 = 48;
/** Rounds after which everything in the loop is simply marked. */
const MOST_ROUNDS: i32 = 64;

let visits: usize = 0;
const chain: StaticArray<i32> = new StaticArray<i32>(8);
let component: i32 = 0;

export function resetComponents(): void {
  visits = 0;
}
/** The loop that `state` is in, with the calls that lead there; false: in none. */
function findChain(state: usize): bool {
  for (let i = 0; i < 8; i++) chain[i] = 0;
  const last = load<i32>(state, STATE_FRAME);
  for (let i = 0; i <= last; i++) {
    const instruction = frameInstruction(state, i);
    component = load<i32>(auxOf(instruction), AUX_COMPONENT);
    if (component != 0) return true;
    if (i < last) chain[i] = instruction;
  }
  return false;
}
function findVisit(): usize {
  for (let visit = visits; visit != 0; visit = load<usize>(visit, NEXT)) {
    if (load<i32>(visit, COMPONENT) != component) continue;
    let same = true;
    for (let i = 0; i < 7 && same; i++) same = load<i32>(visit + (i << 2), CALLSITES) == chain[i];
    if (same) return visit;
  }
  return 0;
}
function record(what: i32): void {
  if (!recordingAll()) return;
  let length = 0;
  while (length < 7 && chain[length] != 0) length++;
  const at = newRecord(RECORD_COMPONENT, COMPONENT_RECORD_entries + ((length + 1) << 2));
  if (at == 0) return;
  store<i32>(at, what, COMPONENT_RECORD_what);
  store<i32>(at, length + 1, COMPONENT_RECORD_chain);
  for (let i = 0; i < length; i++) store<i32>(at + (i << 2), chain[i], COMPONENT_RECORD_entries);
  store<i32>(at + (length << 2), component, COMPONENT_RECORD_entries);
}

/** A state is kept: if it is the first inside the loop, the loop is open until its paths end. */
export function enterComponent(state: usize): void {
  if (!findChain(state)) return;
  let visit = findVisit();
  if (visit == 0) {
    visit = take(powerPool(SIZE));
    memory.fill(visit, 0, SIZE);
    store<i32>(visit, component, COMPONENT);
    for (let i = 0; i < 7; i++) store<i32>(visit + (i << 2), chain[i], CALLSITES);
    store<usize>(visit, visits, NEXT);
    visits = visit;
  }
  if (load<usize>(visit, ENTRY) != 0) return;
  store<usize>(visit, state, ENTRY);
  record(0);
}
export function updatePeak(): void {
  const now = env.keptStates + env.evictedStates + env.backEdges;
  if (now > env.peakStates) env.peakStates = now;
}
function propagate(visit: usize): i32 {
  let round = 0;
  let changed = true;
  while (changed) {
    changed = false;
    if (round++ > MOST_ROUNDS) {
      for (let edge = load<usize>(visit, BACK_EDGES); edge != 0; edge = load<usize>(edge, STATE_NEXT))
        markAllPrecise(edge);
      break;
    }
    for (let edge = load<usize>(visit, BACK_EDGES); edge != 0; edge = load<usize>(edge, STATE_NEXT)) {
      clearPrecisionChanged();
      const error = propagatePrecision(load<usize>(edge, STATE_EQUAL), edge);
      if (error != 0) return error;
      if (precisionChanged) changed = true;
    }
  }
  let edge = load<usize>(visit, BACK_EDGES);
  while (edge != 0) {
    const next = load<usize>(edge, STATE_NEXT);
    freeState(edge);
    edge = next;
  }
  store<usize>(visit, 0, BACK_EDGES);
  return 0;
}
/** All paths from `state` ended: if it opened its loop, the loop is done. */
export function leaveComponent(state: usize): i32 {
  if (!findChain(state)) return 0;
  const visit = findVisit();
  if (visit == 0 || load<usize>(visit, ENTRY) != state) return 0;
  record(1);
  store<usize>(visit, 0, ENTRY);
  updatePeak();
  env.backEdges -= load<u32>(visit, COUNT);
  store<i32>(visit, 0, COUNT);
  return propagate(visit);
}
/** Marks will travel up from here: these states' memory must stay. */
function pinAncestors(state: usize): void {
  while (state != 0 && load<i32>(state, STATE_PINNED) == 0) {
    store<i32>(state, 1, STATE_PINNED);
    state = load<usize>(state, STATE_PARENT_STATE);
  }
}
/** `edge` (a copy of the current state) was covered by `kept` in an open loop. */
export function addBackEdge(kept: usize, edge: usize): void {
  if (!findChain(kept)) return;
  const visit = findVisit();
  if (visit == 0) return;
  record(2);
  store<usize>(edge, kept, STATE_EQUAL);
  pinAncestors(kept);
  pinAncestors(load<usize>(edge, STATE_PARENT_STATE));
  store<usize>(edge, load<usize>(visit, BACK_EDGES), STATE_NEXT);
  store<usize>(visit, edge, BACK_EDGES);
  store<i32>(visit, load<i32>(visit, COUNT) + 1, COUNT);
  env.backEdges++;
}
/** May marks still reach `state` through a back edge? */
export function marksIncomplete(state: usize): bool {
  if (!findChain(state)) return false;
  const visit = findVisit();
  return visit != 0 && load<usize>(visit, BACK_EDGES) != 0;
}
