// Runs a patch (built and booted) or a module (built and loaded) and shows what became of the machine. Loaded with the first such run.
import type { PacketSpec } from '../lab/api.ts';
import type { WayReport } from '../lab/way-report.ts';
import type { Bench } from './bench.ts';
import type { BenchProblems } from './bench-problems.ts';
import type { LabFailure } from './bench-running.ts';
import { element } from './dom.ts';
import type { Program } from './programs.ts';
import { markLines } from './still.ts';
import { countFates, lamp, renderWay, tallyOfFates } from './way-result.ts';
import { loadWayStrings } from './way-strings.ts';

/** What to say about the run, or why there is nothing to say. */
export async function runKernelCode(
  bench: Bench,
  problems: BenchProblems,
  program: Program,
  send: { readonly packets: readonly PacketSpec[]; readonly seed?: number },
): Promise<string | LabFailure> {
  const { root, files, lab, strings, result } = bench;
  const { text } = program;
  const [outcome, words] = await Promise.all([
    lab.way({ way: files.target ?? 'module', project: files.project(), ...send }),
    loadWayStrings(bench.language),
  ]);
  if (!outcome.ok) return outcome;
  const { report } = outcome;
  if (program !== files.main()) return '';
  if (program.text === text) {
    problems.show(program, report.diagnostics);
    markFault(program, report);
  }
  const draw = (...children: readonly HTMLElement[]): void => {
    result.replaceChildren(...children);
    result.hidden = false;
  };
  draw(
    ...renderWay(report, words, strings, {
      goTo: (file, line, column) => void bench.goTo(file, line, column),
      reboot() {
        draw(
          element('p', { class: 'outcome-title' }, strings.result),
          element('p', { class: 'rebooted' }, lamp('alive', words), ` ${words.rebooted}`),
        );
        bench.say(words.rebooted);
        bench.button('run').focus();
      },
    }),
  );
  root.dataset['ran'] = program.file;
  bench.panels()?.ended(report.diagnostics);
  if (!report.started) return words['not-started'];
  if (report.state !== 'alive') return words[`title-${report.state}`];
  return tallyOfFates(countFates(report.packets), words);
}

/** Where it happened stands on the line itself, as a compiler's complaint would. */
function markFault(program: Program, { faults }: WayReport): void {
  const [fault] = faults;
  if (fault?.source?.file !== program.file) return;
  const { line, column } = fault.source;
  const here = { line, column, endLine: line, endColumn: column, severity: 'error', message: fault.title } as const;
  if (program.editor) program.editor.showProblems([here], true);
  else markLines(program.still, [here]);
}
