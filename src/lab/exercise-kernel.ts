// Checks of kernel-mode C: a module that is inserted and removed, or a patch that is built and booted. Loaded for such exercises only.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { oopsLines } from '../explain/oops.ts';
import { compile } from '../compiler/compile.ts';
import { compareLog, type CheckFailure, type RunCheck } from './exercise.ts';
import { Draw, packetsOf } from './exercise-packets.ts';
import type { ExerciseCheck, ExerciseDescription, Step } from './exercise-schema.ts';
import { buildKernel, KernelLab, moduleName } from './kernel-lab.ts';
import type { LabEngine } from './lab.ts';
import { buildPacket } from './packet-build.ts';
import { describePacket } from './packet-describe.ts';

export function prepareKernelCode(
  lab: LabEngine,
  { way, file }: ExerciseDescription,
  source: string,
): { diagnostics: readonly Diagnostic[]; run: RunCheck | null } {
  const files = { [file]: source };
  const image = buildKernel(way === 'patch' ? files : {});
  let { diagnostics } = image;
  if (way === 'module') ({ diagnostics } = compile({ files: new Map([[file, source]]), main: file, target: 'module' }));
  if (!image.objects || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics, run: null };
  const run: RunCheck = (check) => {
    const machine = new KernelLab(lab.kernel);
    const refused = machine.boot(image.objects, { seed: check.seed ?? 1 });
    if (refused) return { failures: [{ kind: 'stopped', problem: refused }], packets: 0 };
    const checked = new MachineRun(lab, machine, files, file);
    const draw = new Draw(check.seed ?? 1);
    for (const step of check.steps ?? []) if (!checked.step(step, draw)) break;
    return checked.ended(check);
  };
  return { diagnostics, run };
}

/** A booted machine in one check. */
class MachineRun {
  readonly #lab: LabEngine;
  readonly #machine: KernelLab;
  readonly #files: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #failures: CheckFailure[] = [];
  #packets = 0;

  constructor(lab: LabEngine, machine: KernelLab, files: Readonly<Record<string, string>>, file: string) {
    this.#lab = lab;
    this.#machine = machine;
    this.#files = files;
    this.#file = file;
  }

  /** false: nothing that follows would mean anything */
  step(step: Step, draw: Draw): boolean {
    if ('wait' in step) this.#lab.kernel.exports.advanceClock(BigInt(step.wait) * 1_000_000n);
    if ('insmod' in step) {
      const { message } = this.#machine.insert(this.#files, this.#file, step.insmod);
      if (message !== '' && this.#alive()) this.#failures.push({ kind: 'insmod', said: message });
    }
    if ('rmmod' in step) {
      const said = this.#machine.remove(moduleName(this.#file));
      if (said !== '' && this.#alive()) this.#failures.push({ kind: 'rmmod', said });
    }
    if (!('send' in step)) return this.#alive() && this.#failures.length === 0;
    for (const { spec, expect } of packetsOf(step.send, draw)) {
      const frame = buildPacket(spec, this.#packets++);
      if (!(frame instanceof Uint8Array)) {
        this.#failures.push({ kind: 'stopped', problem: frame });
        return false;
      }
      const { fate } = this.#machine.receive(frame);
      if (!this.#alive()) return false;
      const got = fate === 'routed' ? 'passed' : fate;
      if (expect === null || got === expect) continue;
      const { summary } = describePacket(frame);
      this.#failures.push({ kind: 'packet', number: this.#packets, summary, expected: expect, got });
    }
    return true;
  }

  ended(check: ExerciseCheck): { failures: CheckFailure[]; packets: number } {
    const [fault] = this.#machine.faults();
    if (fault) {
      const title = oopsLines(fault.report).find((line) => /^(BUG|WARNING|watchdog|general|Kernel)/i.test(line)) ?? '';
      const line = fault.source?.file === this.#file ? fault.source.line : 0;
      this.#failures.unshift({ kind: 'crashed', title, line });
    } else if (!this.#alive()) this.#failures.unshift({ kind: 'crashed', title: this.#machine.state(), line: 0 });
    else {
      const texts = this.#machine.mode.entries().flatMap((entry) => (entry.kind === 'text' ? [entry.text] : []));
      this.#failures.push(...compareLog(check, texts));
    }
    return { failures: this.#failures, packets: this.#packets };
  }

  #alive(): boolean {
    return this.#machine.state() === 'alive';
  }
}
