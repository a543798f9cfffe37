// Which helper gave which error in which scenario: the simulated kernel runs the scenario's programs instruction by instruction, and
// each errno counts only where somebody would notice another one, that is where the program's own result depends on it.
import { FIRST_KERNEL_FUNCTION } from '../../bpf/kfuncs.ts';
import type { Step } from '../../judge/linux.ts';
import { simulate } from './linux-steps.ts';
import { bootedMachine, type Machine } from './machine.ts';

/** A helper's errno in a program of a scenario. */
export interface Provoked {
  readonly helper: number;
  /** positive */
  readonly errno: number;
}

/** MAX_ERRNO */
const LARGEST = 4095n;
const CALL = 0x85;
/** instructions of one run that are looked at */
const PATIENCE = 200_000;

/** Runs a program over a packet; `replace` may change what the n-th helper call returns. r0 at the end, and the errors met. */
function follow(
  machine: Machine,
  fd: number,
  packet: Uint8Array,
  replace: number,
): { readonly r0: bigint; readonly errors: readonly (Provoked & { readonly call: number })[] } | null {
  const { kernel } = machine;
  const at = machine.give(packet);
  const begun = kernel.beginStep(fd, at, packet.length);
  kernel.release(at);
  if (begun !== 0) return null;
  const code = new DataView(machine.memory.buffer);
  const first = kernel.programInstructions(fd);
  const errors: (Provoked & { call: number })[] = [];
  const registers = kernel.registers();
  let calls = 0;
  for (let n = 0; n < PATIENCE; n++) {
    const slot = first + 8 * kernel.stepSlot(kernel.stepDepth());
    const isHelper = code.getUint8(slot) === CALL && code.getUint8(slot + 1) >> 4 === 0;
    const number = isHelper ? code.getInt32(slot + 4, true) : 0;
    // kernel functions stand behind the helpers
    const helper = number < FIRST_KERNEL_FUNCTION ? number : 0;
    const status = kernel.step(1n);
    const view = new DataView(machine.memory.buffer);
    const r0 = view.getBigInt64(registers, true);
    if (helper !== 0 && status === 1) {
      if (r0 < 0n && r0 >= -LARGEST) errors.push({ helper, errno: Number(-r0), call: calls });
      if (calls++ === replace) view.setBigInt64(registers, -77n, true);
    }
    if (status !== 1) return status === 0 ? { r0: BigInt.asUintN(32, r0), errors } : null;
  }
  kernel.endStep();
  return null;
}

/** The errors that a scenario's answers show. Only programs over packets are followed; they are where the first run finds them. */
export function provokedBy(steps: readonly Step[]): Provoked[] {
  const found: Provoked[] = [];
  const run = steps.findIndex((step) => step.do === 'run');
  const step = steps[run];
  if (step?.do !== 'run') return found;
  const packet = step.packet ?? new Uint8Array(64);
  const once = (replace: number): ReturnType<typeof follow> => {
    const machine = bootedMachine();
    const fds: number[] = [];
    simulate(steps.slice(0, run), machine, fds);
    return follow(machine, fds[step.prog] ?? -1, packet, replace);
  };
  const plain = once(-1);
  for (const { helper, errno, call } of plain?.errors ?? []) {
    const other = once(call);
    if (other?.r0 !== plain?.r0) found.push({ helper, errno });
  }
  return found;
}
