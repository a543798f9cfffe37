// The simulated machine's processors, clock and random numbers. All three are part of the state that a seed decides: nothing here
// comes from the host.

/** processors */
export let cpus: u32 = 2;
/** the one that runs now */
export let cpu: u32 = 0;
/** nanoseconds since boot */
export let clock: u64 = 0;

/** The machine has been up for this long when the host boots it, so that times look like times: 100 s. */
const UPTIME: u64 = 100_000_000_000;
/** What asking for the time takes, so that two questions never get the same answer. */
const QUESTION: u64 = 25;

let random: u64 = 0;

export function resetMachine(seed: u64, count: u32): void {
  cpus = count;
  cpu = 0;
  clock = UPTIME;
  random = seed * 0x9e3779b97f4a7c15 + 0x2545f4914f6cdd1d;
  if (random == 0) random = 1;
}

/** A number beyond the last processor's is the last one's. */
export function setCpu(number: u32): void {
  cpu = min<u32>(number, cpus - 1);
}

/** The running processor wants a lock that another one holds (only where several work side by side, vm/race.ts). */
export let waiting: bool = false;

export function waitForLock(): void {
  waiting = true;
}

export function clearWaiting(): void {
  waiting = false;
}

export function advanceClock(nanoseconds: u64): void {
  clock += nanoseconds;
}

/** Each processor has its own idea of now while several of them work side by side. */
export function setClock(nanoseconds: u64): void {
  clock = nanoseconds;
}

/** The time, which goes on a little by being asked for. */
export function readClock(): u64 {
  clock += QUESTION;
  return clock;
}

/** The next random number (xorshift64*, Vigna 2016). */
export function nextRandom(): u32 {
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return <u32>((random * 0x2545f4914f6cdd1d) >> 32);
}
