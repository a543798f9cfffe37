// The whole way in one place: C → object → maps and verified programs → packets through a program → a report.
// Deterministic but for the milliseconds; the worker, the command line and the tests all come through here.
import { compile, type CompileOptions, type CompileResult } from '../compiler/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { decodeInstructions } from '../bpf/instruction.ts';
import { explain, type Explanation } from '../explain/index.ts';
import { Kernel, type BootOptions } from '../loader/kernel.ts';
import {
  errorName,
  finish,
  missingProblem,
  type LoadedObject,
  type LoadedProgram,
  type Missing,
} from '../loader/load.ts';
import { isProblem, problem, type LoadProblem } from '../loader/problems.ts';
import type { CheckReport, LabSnapshot, Project, RunReport, Scenario, VerifyProgress, VerifyReport } from './api.ts';
import { explainPoison } from './core-log.ts';
import { loadIntoSteps } from './kernel-types.ts';
import { listen } from './events.ts';
import { lastMessage } from './last-message.ts';
import type { LiveRun } from './live.ts';
import { dumpMap } from './maps.ts';
import { labDiagnostic } from './problems.ts';
import { runPackets } from './run.ts';
import { snapshotSource, takeSnapshot } from './snapshot.ts';

export { lastMessage } from './last-message.ts';
export type { SourceFiles } from '../compiler/compile.ts';
export type CompileProjectOptions = CompileOptions;

/** Instructions that one run may take: an endless loop ends in a diagnostic, not in a frozen tab. */
export const DEFAULT_BUDGET = 100_000_000;

export function compileProject(options: CompileProjectOptions): CompileResult {
  return compile(options);
}

/** How the verifier's work on one program reads. */
export function explanationOf(loaded: LoadedObject, program: LoadedProgram): Explanation {
  const explanation = explain(program.records, {
    type: program.linked.type.id,
    instructions: decodeInstructions(program.instructions),
    lineInfo: program.linked.lines,
    maps: program.maps.map((index) => {
      const definition = loaded.maps[index]?.definition;
      const inner = definition?.inner;
      return {
        name: definition?.name ?? '',
        keySize: definition?.keySize ?? 0,
        valueSize: definition?.valueSize ?? 0,
        ...(inner ? { inner: { keySize: inner.keySize, valueSize: inner.valueSize } } : {}),
      };
    }),
    subprograms: program.linked.subprograms,
  });
  return explainPoison(explanation, program.linked.poisoned);
}

export function verifyReport(loaded: LoadedObject, program: LoadedProgram, level: 1 | 2 | 4 = 1): VerifyReport {
  const log = explanationOf(loaded, program).log(level);
  return {
    program: program.linked.name,
    accepted: accepted(program),
    errno: accepted(program) ? 0 : program.fd,
    message: accepted(program) ? '' : lastMessage(log),
    processed: program.counters.processed,
    states: program.counters.totalStates,
    log,
  };
}

/** Linux's verdict: what is only not simulated, it would load. */
export const accepted = (program: { readonly fd: number; readonly missing: Missing | null }): boolean =>
  program.fd >= 0 || program.missing !== null;

/** Refusals as diagnostics; a refusal without records (a limit of bpf() itself) says Linux's errno. */
function refusals(loaded: LoadedObject): Diagnostic[] {
  return loaded.programs.flatMap((program) => {
    if (accepted(program)) return [];
    const { diagnostic } = explanationOf(loaded, program);
    return [diagnostic ?? problem('L016', { error: errorName(program.fd) }).problem];
  });
}

/** A project that was compiled and loaded, or why not. */
export interface Prepared {
  readonly diagnostics: readonly Diagnostic[];
  readonly loaded: LoadedObject | LoadProblem | null;
}

export interface LabOptions {
  readonly budget?: number;
  /** milliseconds from any fixed point; only ever shown */
  readonly now?: () => number;
}

export class LabEngine {
  readonly kernel: Kernel;
  /** what the last run left loaded: the page looks at its maps and changes them; null after anything else was loaded */
  current: LiveRun | null = null;
  readonly #options: LabOptions;

  constructor(kernel: Kernel, options: LabOptions = {}) {
    this.kernel = kernel;
    this.#options = options;
  }

  /** A fresh machine. */
  boot(options: BootOptions = {}): void {
    this.kernel.boot(options);
  }

  static async create(module: WebAssembly.Module, options: LabOptions = {}): Promise<LabEngine> {
    return new LabEngine(await Kernel.create(module), options);
  }

  /** Compile and verify: what an editor shows as one types. */
  check(project: Project): CheckReport {
    return finish(this.checkSteps(project));
  }

  /** The same, giving during a long verification how far it is; next(true) calls that off, and the report says so. */
  *checkSteps(project: Project): Generator<VerifyProgress, CheckReport, boolean> {
    const compiled = this.#compile(project);
    if (!compiled.object) return { diagnostics: compiled.diagnostics };
    const loaded = yield* this.#loadSteps(compiled.object, project, {}, { verdictsOnly: true });
    if (isProblem(loaded)) return { diagnostics: [...compiled.diagnostics, loaded.problem] };
    return { diagnostics: [...compiled.diagnostics, ...refusals(loaded)] };
  }

  /**
   * Compiles and loads, and runs nothing. `loaded` is null when the C has errors; refusals stand among the diagnostics. `machine`:
   * what else the kernel is booted with.
   */
  prepare(project: Project, scenario: Partial<Scenario>, machine: BootOptions = {}): Prepared {
    const { object, diagnostics } = this.#compile(project);
    if (!object) return { diagnostics, loaded: null };
    const loaded = this.#load(object, project, scenario, machine);
    return { diagnostics: isProblem(loaded) ? diagnostics : [...diagnostics, ...refusals(loaded)], loaded };
  }

  run(project: Project, scenario: Scenario): RunReport {
    return finish(this.runSteps(project, scenario));
  }

  /** The same, as checkSteps() does it. */
  *runSteps(project: Project, scenario: Scenario): Generator<VerifyProgress, RunReport, boolean> {
    const now = this.#options.now ?? (() => 0);
    const milliseconds = { compile: 0, verify: 0, run: 0 };
    let report: RunReport = {
      diagnostics: [],
      compiled: null,
      verified: null,
      packets: null,
      maps: null,
      trace: [],
      events: [],
      moreEvents: 0,
      fault: null,
      milliseconds,
    };
    const timed = <T>(stage: keyof typeof milliseconds, work: () => T): T => {
      const began = now();
      const result = work();
      milliseconds[stage] = now() - began;
      return result;
    };
    const stopped = (diagnostic: Diagnostic): RunReport => ({
      ...report,
      diagnostics: [...report.diagnostics, diagnostic],
    });

    const compiled = timed('compile', () => this.#compile(project));
    report = { ...report, diagnostics: compiled.diagnostics };
    const { object } = compiled;
    if (!object) return report;
    report = { ...report, compiled: { objectBytes: object.length, programs: compiled.programs } };

    const began = now();
    const loaded = yield* this.#loadSteps(object, project, scenario);
    milliseconds.verify = now() - began;
    if (isProblem(loaded)) return stopped(loaded.problem);
    report = {
      ...report,
      verified: loaded.programs.map((program) => verifyReport(loaded, program)),
      diagnostics: [...report.diagnostics, ...refusals(loaded)],
    };
    if (!loaded.programs.every(accepted)) return report;

    const program = loaded.programs[0];
    if (!program || (loaded.programs.length > 1 && scenario.program === undefined)) {
      return stopped(problem('L015', { programs: loaded.programs.map((p) => p.linked.name).join(', ') }).problem);
    }
    const missing = missingProblem(program);
    if (missing) return stopped(missing.problem);
    const budget = this.#options.budget ?? DEFAULT_BUDGET;
    // A scenario's packets are few: compiling the program would cost the reader more bytes and time than it saves.
    this.kernel.setEngine('interpreter');
    this.current = { loaded, program };
    const heard = listen(this.kernel, loaded);
    // Nothing arrives at a program that samples: what it sees is the work of a whole machine (profile.ts).
    const packets = program.linked.type.name === 'perf_event' ? [] : scenario.packets;
    const ran = timed('run', () => runPackets(this.kernel, program, packets, budget));
    const { events, more } = heard();
    return {
      ...report,
      events,
      moreEvents: more,
      packets: ran.packets,
      fault: ran.fault,
      diagnostics: ran.diagnostic ? [...report.diagnostics, ran.diagnostic] : report.diagnostics,
      maps: loaded.maps.map((map) => dumpMap(this.kernel, map, loaded.object.btf)),
      trace: this.kernel.trace().map((line) => line.text),
    };
  }

  /** What is loaded after a run of the scenario; empty when something was refused. */
  snapshot(project: Project, scenario: Scenario): LabSnapshot {
    const { object } = this.#compile(project);
    const loaded = object ? this.#load(object, project, scenario) : null;
    const program = loaded && !isProblem(loaded) ? loaded.programs[0] : undefined;
    if (!loaded || isProblem(loaded) || !program) return { programs: [], maps: [] };
    if (program.fd >= 0) runPackets(this.kernel, program, scenario.packets, this.#options.budget ?? DEFAULT_BUDGET);
    return takeSnapshot(this.kernel, snapshotSource(loaded));
  }

  #compile(project: Project): CompileResult {
    return compile({ files: new Map(Object.entries(project.files)), main: project.main });
  }

  #load(object: Uint8Array, project: Project, scenario: Partial<Scenario>, machine: BootOptions = {}) {
    return finish(this.#loadSteps(object, project, scenario, machine));
  }

  *#loadSteps(
    object: Uint8Array,
    project: Project,
    scenario: Partial<Scenario>,
    machine: BootOptions = {},
  ): Generator<VerifyProgress, LoadedObject | LoadProblem, boolean> {
    this.current = null;
    this.boot({ seed: scenario.seed ?? 1, ...machine });
    const steps = loadIntoSteps(this.kernel, object, project.main, {
      recording: 'failing-path',
      sliced: true,
      ...(scenario.program === undefined ? {} : { program: scenario.program }),
    });
    let step = steps.next(false);
    while (!step.done) step = steps.next(yield { instructions: step.value });
    return step.value;
  }
}

/** An exception that reached the lab's edge is our own mistake, and is said to be. */
export function ownMistake(error: unknown): Diagnostic {
  return labDiagnostic('S007', { message: error instanceof Error ? error.message : String(error) });
}
