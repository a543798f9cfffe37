// The machine's processors at work: what waits for each of them, whose turn it is, and timers. Each processor has a clock of its own; the one
// that is furthest behind goes first, so the order depends on nothing but the work itself.
//
// A processor takes one packet at a time: from the receive ring that it polls (at most 64 a poll, as NAPI), from its backlog, from a
// cpumap, or lets a process run. After 300 packets of softirq work a waiting process gets a turn, as ksoftirqd would let it.
import { clock, cpus, setClock, setCpu } from '../cpu';
import { COST_interrupt, COST_wakeup } from '../generated/costs';
import {
  DROP_CPU_BACKLOG,
  DROP_LOOP_LIMIT,
  NET_LIMIT_storm,
  STAGE_backlog,
  VERDICT_drop,
  VERDICT_queued,
} from '../generated/network';
import { passTime } from '../helpers/timers';
import { reserve } from '../memory/arena';
import { charge } from './account';
import { freeSkb, lengthOf } from './buffers';
import { NetDevice, Queue, Ring, emptyRing } from './device';
import { pollOne } from './driver';
import { ROOT_BACKLOG, ROOT_CPUMAP, ROOT_INTERRUPT, ROOT_SYSCALL, ROOT_TIMER, beginTurn } from './profile';
import { halted } from './programs';
import { dequeue, enqueue } from './queue';
import { receiveFromBacklog } from './receive';
import { dropFrame, receiveFromCpumap } from './redirect';
import { beginWork, markSkb } from './record';
import { Socket, wakeSocket } from './socket';
import { fireTimer } from './timers';

/** NAPI_POLL_WEIGHT, netdev_budget, netdev_max_backlog */
const WEIGHT: i32 = 64;
const SOFTIRQ_BUDGET: i32 = 300;
const MAX_BACKLOG: u32 = 1000;
const CPUMAP_QUEUE: u32 = 192;

class Processor {
  time: u64 = 0;
  rings: Ring[] = [];
  nextRing: i32 = 0;
  polled: Ring | null = null;
  backlog: Queue = new Queue(MAX_BACKLOG);
  backlogBudget: i32 = 0;
  /** frames that a cpumap sends here: page, offset and size (16 bits each), packet, receiving interface; without a page: an sk_buff */
  frames: usize = reserve(CPUMAP_QUEUE * 16);
  firstFrame: u32 = 0;
  frameCount: u32 = 0;
  /** sockets whose processes are awake */
  awake: Socket[] = [];
  softirq: i32 = 0;
}

let processors: Processor[] = [];
/** packets and turns since something last came from outside */
let turns: u32 = 0;
let active: i32 = 0;

export function resetMachineWork(): void {
  processors = [];
  for (let i: u32 = 0; i < cpus; i++) {
    const processor = new Processor();
    processor.time = clock;
    processors.push(processor);
  }
  turns = 0;
  active = 0;
  timerKeys = [];
  timerDue = [];
  timerArguments = [];
  nextTimer = 0;
  nextRing = 0;
}

// ---- timers ----

/** due times, what they are for (timers.ts) and its number; 0 due: free */
let timerDue: u64[] = [];
let timerKeys: i32[] = [];
let timerArguments: u32[] = [];
/** the earliest; 0: none */
let nextTimer: u64 = 0;

/** Fires after `delay` nanoseconds; an earlier timer of the same kind and number is replaced. 0: takes it off. */
export function setTimer(kind: i32, argument: u32, delay: u64): void {
  let at = -1;
  for (let i = 0; i < timerDue.length; i++) {
    if (timerDue[i] != 0 && timerKeys[i] == kind && timerArguments[i] == argument) {
      at = i;
      break;
    }
    if (timerDue[i] == 0 && at < 0) at = i;
  }
  if (at < 0) {
    if (delay == 0) return;
    at = timerDue.length;
    timerDue.push(0);
    timerKeys.push(0);
    timerArguments.push(0);
  }
  timerDue[at] = delay == 0 ? 0 : clock + delay;
  timerKeys[at] = kind;
  timerArguments[at] = argument;
  findNextTimer();
}

function findNextTimer(): void {
  nextTimer = 0;
  for (let i = 0; i < timerDue.length; i++) {
    if (timerDue[i] != 0 && (nextTimer == 0 || timerDue[i] < nextTimer)) nextTimer = timerDue[i];
  }
}

function fireDue(): void {
  const due = nextTimer;
  for (let i = 0; i < timerDue.length; i++) {
    if (timerDue[i] != due) continue;
    timerDue[i] = 0;
    findNextTimer();
    beginWork();
    beginTurn(ROOT_TIMER);
    fireTimer(timerKeys[i], timerArguments[i]);
    return;
  }
}

// ---- what waits ----

/** next processor that a ring is given to */
let nextRing: u32 = 0;

export function addRings(device: NetDevice): void {
  for (let i = 0; i < device.rings.length; i++) {
    processors[<i32>(nextRing % cpus)].rings.push(device.rings[i]);
    if (device.rings.length > 1) nextRing++;
  }
}

/** Work for processor `number` begins no earlier than now. */
function rouse(number: u32): void {
  const processor = processors[<i32>number];
  if (!busy(processor) && processor.time < clock && <i32>number != active) processor.time = clock;
}

function busy(processor: Processor): bool {
  if (processor.backlog.count != 0 || processor.frameCount != 0 || processor.awake.length != 0) return true;
  for (let i = 0; i < processor.rings.length; i++) if (processor.rings[i].count != 0) return true;
  return false;
}

/** The processor that works now. */
export function thisCpu(): u32 {
  return active;
}

/** The processor that polls `ring` will look at it. Call before a frame is put there. */
export function announce(ring: Ring): void {
  for (let i: u32 = 0; i < cpus; i++) if (processors[<i32>i].rings.indexOf(ring) >= 0) rouse(i);
}

/** netif_rx: the packet waits for this processor's next softirq. */
export function toBacklog(skb: usize, device: NetDevice): void {
  const processor = processors[active];
  if (enqueue(processor.backlog, skb)) {
    markSkb(skb, STAGE_backlog, VERDICT_queued, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
    return;
  }
  markSkb(skb, STAGE_backlog, VERDICT_drop, DROP_CPU_BACKLOG, device.ifindex, lengthOf(skb), 0, device.namespace);
  device.count(4, 1);
  freeSkb(skb);
}

/** Hands a frame in a page (or, with page 0, the sk_buff `packet`) to another processor; false: its queue is full. */
export function toCpu(number: u32, page: usize, offset: u32, size: u32, packet: u32, ifindex: u32): bool {
  if (number >= cpus) return false;
  const processor = processors[<i32>number];
  if (processor.frameCount == CPUMAP_QUEUE) return false;
  rouse(number);
  const at = processor.frames + ((<usize>((processor.firstFrame + processor.frameCount) % CPUMAP_QUEUE)) << 4);
  store<u32>(at, <u32>page);
  store<u32>(at, offset | (size << 16), 4);
  store<u32>(at, packet, 8);
  store<u32>(at, ifindex, 12);
  processor.frameCount++;
  return true;
}

function takeFrame(processor: Processor): usize {
  const at = processor.frames + ((<usize>processor.firstFrame) << 4);
  processor.firstFrame = (processor.firstFrame + 1) % CPUMAP_QUEUE;
  processor.frameCount--;
  return at;
}

/** The process behind a socket has something to do. `asleep`: it must be woken for that. */
export function awaken(socket: Socket, asleep: bool): void {
  if (socket.awake) return;
  socket.awake = true;
  socket.asleep = asleep;
  processors[active].awake.push(socket);
}

// ---- turns ----

function ringTurn(processor: Processor): bool {
  let ring = processor.polled;
  if (ring == null || ring.count == 0 || ring.budget <= 0) {
    if (ring != null) ring.budget = 0;
    ring = null;
    const rings = processor.rings;
    for (let i = 0; i < rings.length; i++) {
      const candidate = rings[(processor.nextRing + i) % rings.length];
      if (candidate.count == 0) continue;
      ring = candidate;
      processor.nextRing = (processor.nextRing + i + 1) % rings.length;
      break;
    }
    processor.polled = ring;
    if (ring == null) return false;
    // A poll that goes straight on needs no new interrupt.
    if (processor.softirq == 0) charge(COST_interrupt, 1);
    ring.budget = WEIGHT;
    beginWork();
  }
  ring.budget--;
  pollOne(ring);
  return true;
}

/** One packet, or one turn of a process; false: there was nothing to do. */
function turn(processor: Processor): bool {
  beginWork();
  beginTurn(ROOT_INTERRUPT);
  const processWaits = processor.awake.length != 0;
  if (!processWaits || processor.softirq < SOFTIRQ_BUDGET) {
    if (processor.backlog.count != 0 && processor.backlogBudget < WEIGHT) {
      processor.backlogBudget++;
      processor.softirq++;
      beginTurn(ROOT_BACKLOG);
      receiveFromBacklog(dequeue(processor.backlog));
      return true;
    }
    processor.backlogBudget = 0;
    if (ringTurn(processor)) {
      processor.softirq++;
      return true;
    }
    if (processor.backlog.count != 0) {
      processor.softirq++;
      beginTurn(ROOT_BACKLOG);
      receiveFromBacklog(dequeue(processor.backlog));
      return true;
    }
    if (processor.frameCount != 0) {
      processor.softirq++;
      beginTurn(ROOT_CPUMAP);
      receiveFromCpumap(takeFrame(processor));
      return true;
    }
  }
  processor.softirq = 0;
  if (processWaits) {
    const socket = processor.awake.shift();
    socket.awake = false;
    beginTurn(ROOT_SYSCALL);
    if (socket.asleep) charge(COST_wakeup, 1);
    wakeSocket(socket);
    return true;
  }
  return false;
}

/** The processor with work that is furthest behind; -1: none. */
function furthestBehind(): i32 {
  let found = -1;
  for (let i = 0; i < processors.length; i++) {
    if (!busy(processors[i])) {
      processors[i].softirq = 0;
      continue;
    }
    if (found < 0 || processors[i].time < processors[found].time) found = i;
  }
  return found;
}

function enter(number: i32): void {
  active = number;
  setCpu(number);
  setClock(processors[number].time);
}

/** Everything that waits is thrown away: a loop that would never end. */
function purge(): void {
  for (let i = 0; i < processors.length; i++) {
    const processor = processors[i];
    purgeQueue(processor.backlog);
    while (processor.frameCount > 0) dropFrame(takeFrame(processor));
    for (let r = 0; r < processor.rings.length; r++) emptyRing(processor.rings[r]);
    processor.awake = [];
  }
}

function purgeQueue(queue: Queue): void {
  for (let skb = dequeue(queue); skb != 0; skb = dequeue(queue)) {
    markSkb(skb, STAGE_backlog, VERDICT_drop, DROP_LOOP_LIMIT, 0, lengthOf(skb), 0, 0);
    freeSkb(skb);
  }
}

/** Something came from outside. */
export function fromOutside(): void {
  turns = 0;
}

/**
 * Works until every processor's clock has come to `until`, or nothing is left to do before. The machine's clock is `until` then, or
 * later where a packet took longer. False: it was stopped (a fault, or a loop that would not end).
 */
export function runUntil(until: u64): bool {
  while (halted == 0) {
    const number = furthestBehind();
    const next = number < 0 ? until : processors[number].time;
    if (nextTimer != 0 && nextTimer <= next && nextTimer <= until) {
      const due = nextTimer;
      if (active >= processors.length) active = 0;
      const processor = processors[active];
      if (processor.time < due) processor.time = due;
      enter(active);
      fireDue();
      processor.time = clock;
      continue;
    }
    if (number < 0 || next >= until) break;
    if (++turns > <u32>NET_LIMIT_storm) {
      purge();
      break;
    }
    enter(number);
    turn(processors[number]);
    processors[number].time = clock;
  }
  return halted == 0;
}

/** Works until nothing is left to do, timers up to `limit` included. */
export function runOut(limit: u64): bool {
  while (halted == 0) {
    let latest: u64 = 0;
    for (let i = 0; i < processors.length; i++) latest = max<u64>(latest, processors[i].time);
    const number = furthestBehind();
    if (number < 0) {
      if (nextTimer == 0 || nextTimer > limit) break;
      if (!runUntil(nextTimer)) return false;
      if (furthestBehind() < 0 && nextTimer == 0) break;
      continue;
    }
    const before = turns;
    if (!runUntil(max<u64>(latest, processors[number].time) + 1_000_000)) return false;
    if (turns == before && furthestBehind() >= 0 && turns > <u32>NET_LIMIT_storm) break;
  }
  return halted == 0;
}

/** Time goes on to `time` with nothing to do: bpf timers fire. */
export function letTimePass(time: u64): void {
  let latest: u64 = 0;
  for (let i = 0; i < processors.length; i++) latest = max<u64>(latest, processors[i].time);
  active = 0;
  setCpu(0);
  setClock(latest);
  if (time > latest) passTime(time - latest);
  for (let i = 0; i < processors.length; i++) if (processors[i].time < clock) processors[i].time = clock;
}

/** The latest of the processors' clocks. */
export function machineTime(): u64 {
  let latest: u64 = 0;
  for (let i = 0; i < processors.length; i++) latest = max<u64>(latest, processors[i].time);
  return latest;
}

/** The next frame from outside arrives at `time`: the machine works until then, and the clock is at least that. */
export function arriveAt(time: u64, ring: Ring): bool {
  fromOutside();
  if (!runUntil(time)) return false;
  let number: i32 = 0;
  for (let i: i32 = 0; i < processors.length; i++) if (processors[i].rings.indexOf(ring) >= 0) number = i;
  const processor = processors[number];
  if (!busy(processor) && processor.time < time) processor.time = time;
  active = number;
  setCpu(number);
  // The hardware writes while the processor does something else: this is the time of arrival, not the processor's.
  setClock(time);
  beginWork();
  return true;
}
