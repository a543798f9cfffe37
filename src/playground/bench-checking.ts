// Checks an example's program as one types: compiled and verified after every keystroke, told at once on its lines, and in words when the
// typing pauses.
import type { Bench } from './bench.ts';
import { sameFiles } from './bench-files.ts';
import type { Keeping } from './bench-keeping.ts';
import type { BenchProblems } from './bench-problems.ts';
import type { LabFailure } from './bench-running.ts';
import type { Program } from './programs.ts';
import { fill } from './strings.ts';
import { looksZawgyi } from './zawgyi.ts';

/** Milliseconds without a keystroke before the text is kept, and what is wrong with it is written beneath its lines. */
const PAUSE = 400;

export interface Checking {
  check(): Promise<void>;
  /** the reader changed a file's text */
  changed(program: Program): void;
  /** the typing is over, pause or not: what was typed is kept now, and a run tells what is to be told */
  settle(): void;
}

export function createChecking(
  bench: Bench,
  keeping: Keeping,
  problems: BenchProblems,
  sayFailure: (failure: LabFailure) => void,
): Checking {
  const { files, lab, strings, say } = bench;
  let checking = false;
  let waiting = false;
  let typing = false;
  let pause: ReturnType<typeof setTimeout> | undefined;
  /** whose text waits for the pause to be kept */
  let typed: Program | null = null;

  /** Checks what is shown as it is now; while a check is under way, the newest text waits for its end. */
  async function check(): Promise<void> {
    waiting = checking;
    if (checking || files.current().kind === 'companion') return;
    checking = true;
    const program = files.current();
    const asked = files.project();
    const outcome = await lab.check(asked);
    checking = false;
    if (waiting || !sameFiles(asked, files.project())) return check();
    if (program !== files.current()) return;
    if (outcome.ok) {
      problems.show(files.main(), outcome.report.diagnostics, !typing);
      if (!typing) sayCheck();
    } else if (outcome.reason !== 'cancelled') sayFailure(outcome);
  }

  function sayCheck(): void {
    const program = files.main();
    const errors = program.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    if (errors === 0 && files.target) return say('');
    say(errors === 0 ? strings.clean : fill(strings['problem-count'], { count: errors, file: program.file }));
  }

  function settle(): void {
    clearTimeout(pause);
    typing = false;
    if (typed) keeping.save(typed);
    typed = null;
  }

  /** Said once, for as long as it is so. */
  let warned = false;
  function warnOfZawgyi(program: Program): void {
    const zawgyi = looksZawgyi(program.text);
    if (zawgyi === warned) return;
    warned = zawgyi;
    if (zawgyi) bench.notice('zawgyi', strings.zawgyi);
    else bench.unnotice('zawgyi');
  }

  function changed(program: Program): void {
    typing = true;
    typed = program;
    bench.forgetResult();
    bench.root.dataset['touched'] = '';
    bench.panels()?.stale();
    bench.refresh();
    void check();
    clearTimeout(pause);
    pause = setTimeout(() => {
      settle();
      warnOfZawgyi(program);
      if (program.kind === 'companion') return;
      // What is known is shown; what is still being checked shows itself when it is.
      if (checking) return;
      problems.show(files.main(), files.main().diagnostics);
      sayCheck();
    }, PAUSE);
  }

  return { check, changed, settle };
}
