// Two processors and one map: programs run side by side, one instruction at a time, in an order that a seed decides. So a lost update can
// be shown, and comes back with the same seed.
import type { Kernel } from '../loader/kernel.ts';
import type { Fault } from './api.ts';
import { faultOf } from './run.ts';

export interface Racer {
  /** descriptor of an XDP program */
  readonly fd: number;
  readonly packet: Uint8Array;
}

export interface RaceOptions {
  readonly seed: number;
  /** instructions of all processors together (default a million) */
  readonly budget?: number;
}

export interface RaceStep {
  /** which processor, and the slot of the rewritten program that it did */
  readonly cpu: number;
  readonly instruction: number;
  /** it found a lock taken, and will try again */
  readonly waited: boolean;
}

export interface RaceResult {
  /** r0 of each, as the program's return value; null where it did not return */
  readonly retvals: readonly (number | null)[];
  /** who did what, in order */
  readonly steps: readonly RaceStep[];
  readonly fault: Fault | null;
}

/** What the kernel answers to a step. */
const RETURNED = 0;
const FAULTED = 2;
const WAITS = 3;

/** xorshift32 */
function* numbers(seed: number): Generator<number, never> {
  for (let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) >>> 0 || 1; ;) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    yield state;
  }
}

/** Runs the programs side by side; a refusal of the kernel is its -errno. */
export function race(kernel: Kernel, racers: readonly Racer[], options: RaceOptions): RaceResult | number {
  const { exports, memory } = kernel;
  const steps: RaceStep[] = [];
  const retvals: (number | null)[] = racers.map(() => null);
  const running: number[] = [];
  try {
    for (const { fd, packet } of racers) {
      const at = exports.allocate(packet.length);
      new Uint8Array(memory.buffer).set(packet, at);
      const cpu = exports.addRacer(fd, at, packet.length);
      exports.release(at);
      if (cpu < 0) return cpu;
      running.push(cpu);
    }
    const random = numbers(options.seed);
    for (let left = options.budget ?? 1_000_000; left > 0 && running.length > 0; left--) {
      const cpu = running[random.next().value % running.length] as number;
      const instruction = exports.racerSlot(cpu);
      const status = exports.stepRacer(cpu);
      steps.push({ cpu, instruction, waited: status === WAITS });
      if (status === FAULTED) return { retvals, steps, fault: faultOf(kernel) };
      if (status !== RETURNED) continue;
      retvals[cpu] = Number(BigInt.asUintN(32, exports.racerResult(cpu)));
      running.splice(running.indexOf(cpu), 1);
    }
    return { retvals, steps, fault: null };
  } finally {
    exports.endRace();
  }
}
