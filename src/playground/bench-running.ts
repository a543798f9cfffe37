// Runs an example and shows what came of it: an eBPF program's packets here, patches and modules in bench-kernel-run.ts.
import type { RunReport, Scenario } from '../lab/api.ts';
import type { LabOutcome } from '../lab/client.ts';
import { PATIENCE } from './bench-voice.ts';
import type { Bench } from './bench.ts';
import type { BenchProblems } from './bench-problems.ts';
import { element } from './dom.ts';
import type { Program } from './programs.ts';
import { renderResult, tally } from './result.ts';
import { fill } from './strings.ts';
import { showVerifying } from './verifying.ts';

/** Why there is no report. */
export type LabFailure = Exclude<LabOutcome<unknown>, { ok: true }>;

export interface Running {
  readonly busy: boolean;
  readonly run: () => Promise<void>;
}

/** Says why the lab did not answer; what it said itself stands below, where a person can find it. */
export function createFailureNote({ say, strings, result }: Bench): (failure: LabFailure) => void {
  return (outcome) => {
    const missing =
      outcome.reason === 'crashed' && (!navigator.onLine || outcome.message === 'the lab could not be loaded');
    say(missing ? strings['lab-missing'] : strings[outcome.reason]);
    if (outcome.reason !== 'crashed' || missing) return;
    result.hidden = false;
    result.replaceChildren(
      element(
        'details',
        { class: 'log' },
        element('summary', {}, strings['crashed-detail']),
        element('pre', {}, outcome.message),
      ),
    );
  };
}

export interface RunningOptions {
  readonly problems: BenchProblems;
  readonly scenarioFor: (program: Program) => Scenario;
  /** what was typed is about to run */
  readonly settle: () => void;
  readonly sayFailure: (failure: LabFailure) => void;
}

export function createRunning(bench: Bench, options: RunningOptions): Running {
  const { root, files, lab, strings, result, problems: list, say } = bench;
  const { problems, scenarioFor, sayFailure } = options;
  const parts = new Set((root.dataset['panels'] ?? '').split(' '));
  let busy = false;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    const program = files.main();
    options.settle();
    const hush = bench.sayIfSlow(strings.working);
    const button = setTimeout(() => bench.refresh(), PATIENCE);
    const said = await (files.target ? runKernelMode(program) : runProgram(program)).finally(() => {
      busy = false;
      hush();
      clearTimeout(button);
      bench.refresh();
    });
    if (program !== files.main()) return say('');
    if (typeof said === 'object') return sayFailure(said);
    say(said);
    bringIntoView();
  }

  /** What to say about the run, or why there is nothing to say. */
  async function runProgram(program: Program): Promise<string | LabFailure> {
    const { text } = program;
    const verifying = showVerifying(result, strings);
    const outcome = await lab.run(files.project(), scenarioFor(program), verifying);
    verifying.over();
    if (!outcome.ok) return outcome;
    if (program !== files.main()) return '';
    const { report } = outcome;
    // A text that was changed meanwhile has its own check on the way; its lines are no longer these.
    if (program.text === text) problems.show(program, report.diagnostics);
    showResult(program, report);
    const refused = report.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    if (!refused) return tally(report, strings);
    return refused.span ? fill(strings['stopped-at'], { line: refused.span.line }) : strings['not-run'];
  }

  /** The code for it comes with the first run. */
  async function runKernelMode(program: Program): Promise<string | LabFailure> {
    const code = await import('./bench-kernel-run.ts').catch(() => null);
    if (!code) return { ok: false, reason: 'crashed', message: 'the lab could not be loaded' };
    const { packets, seed } = scenarioFor(program);
    return code.runKernelCode(bench, problems, program, { packets, ...(seed === undefined ? {} : { seed }) });
  }

  function showResult(program: Program, report: RunReport): void {
    result.replaceChildren(...renderResult(report, parts, strings));
    result.hidden = false;
    root.dataset['ran'] = program.file;
    bench.panels()?.ran(report);
  }

  /**
   * After a run the reader should see what came of it, without losing the code from sight where both fit. At once: a page
   * that glides takes the next tap for itself.
   */
  function bringIntoView(): void {
    const top = (list.hidden ? result : list).getBoundingClientRect().top;
    if (top > window.innerHeight * 0.72) window.scrollBy({ top: top - window.innerHeight * 0.4, behavior: 'instant' });
  }

  return {
    get busy() {
      return busy;
    },
    run,
  };
}
