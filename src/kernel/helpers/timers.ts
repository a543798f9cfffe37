// struct bpf_timer in map values: they fire when the host lets time pass (advanceClock), in the order of their times.
import { EBUSY, EDEADLK, EINVAL } from '../generated/errno';
import { advanceClock, clock } from '../cpu';
import { BpfMap } from '../maps/map';
import { helperMemory } from '../memory/access';
import { toVirtual } from '../memory/layout';
import { callBack } from './callbacks';
import { mapArgument, result } from './arguments';

/** flags of bpf_timer_start */
const BPF_F_TIMER_ABS: u64 = 1;
const BPF_F_TIMER_CPU_PIN: u64 = 2;

class Timer {
  /** linear address of the struct bpf_timer */
  at: usize = 0;
  map: BpfMap | null = null;
  callback: u64 = 0;
  /** when it fires; 0: it is not started */
  due: u64 = 0;
}

let timers: Array<Timer> = [];
/** the one whose callback runs */
let firing: Timer | null = null;

export function resetTimers(): void {
  timers = [];
  firing = null;
}

function timerAt(address: u64): Timer | null {
  const at = helperMemory(address, 16);
  if (at == 0) return null;
  for (let i = 0; i < timers.length; i++) if (timers[i].at == at) return timers[i];
  return null;
}

/** bpf_timer_init(timer, map, clock): 0, -EBUSY if it was done already, -EINVAL for no such clock */
export function timerInit(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, 16);
  const map = mapArgument(r2);
  if (at == 0 || map == null) return 0;
  // CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME
  if (r3 != 0 && r3 != 1 && r3 != 7) return result(-EINVAL);
  if (timerAt(r1) != null) return result(-EBUSY);
  const timer = new Timer();
  timer.at = at;
  timer.map = map;
  timers.push(timer);
  return 0;
}

/** bpf_timer_set_callback(timer, callback): 0, -EINVAL before bpf_timer_init */
export function timerSetCallback(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const timer = timerAt(r1);
  if (timer == null) return result(-EINVAL);
  timer.callback = r2;
  return 0;
}

/** bpf_timer_start(timer, nanoseconds, flags): 0 or -EINVAL */
export function timerStart(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (r3 & ~(BPF_F_TIMER_ABS | BPF_F_TIMER_CPU_PIN)) return result(-EINVAL);
  const timer = timerAt(r1);
  if (timer == null || timer.callback == 0) return result(-EINVAL);
  timer.due = r3 & BPF_F_TIMER_ABS ? r2 : clock + r2;
  if (timer.due == 0) timer.due = 1;
  return 0;
}

/** bpf_timer_cancel(timer): 1 if it was waiting, 0 if not, -EINVAL before bpf_timer_init, -EDEADLK in its own callback */
export function timerCancel(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const timer = timerAt(r1);
  if (timer == null) return result(-EINVAL);
  if (timer == firing) return result(-EDEADLK);
  const waited = timer.due != 0;
  timer.due = 0;
  timer.callback = 0;
  return waited ? 1 : 0;
}

/** Lets `nanoseconds` pass; what is due fires at its time, and may start itself again. */
export function passTime(nanoseconds: u64): void {
  const end = clock + nanoseconds;
  for (;;) {
    let next: Timer | null = null;
    for (let i = 0; i < timers.length; i++) {
      const timer = timers[i];
      if (timer.due != 0 && timer.due <= end && (next == null || timer.due < next.due)) next = timer;
    }
    if (next == null) break;
    if (next.due > clock) advanceClock(next.due - clock);
    next.due = 0;
    const map = next.map;
    if (map == null) continue;
    const element = map.elementOf(next.at);
    if (element == 0) continue;
    firing = next;
    callBack(
      next.callback,
      toVirtual(map.address),
      toVirtual(map.elementKey(element)),
      toVirtual(map.elementValue(element)),
      0,
    );
    firing = null;
  }
  if (end > clock) advanceClock(end - clock);
}

/** The element whose value is at linear `value` is deleted, and its timer with it (Linux: bpf_timer_cancel_and_free). */
export function dropTimer(map: BpfMap, value: usize): void {
  if (map.timerOffset < 0) return;
  const at = value + <usize>map.timerOffset;
  for (let i = timers.length - 1; i >= 0; i--) if (timers[i].at == at) timers.splice(i, 1);
  memory.fill(at, 0, 16);
}

/** A map goes away. */
export function dropTimersOf(map: BpfMap): void {
  if (map.timerOffset < 0) return;
  for (let i = timers.length - 1; i >= 0; i--) if (timers[i].map == map) timers.splice(i, 1);
}
