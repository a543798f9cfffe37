// Keeps what was typed into an example on the device, and asks when another tab has changed the same file.
import type { Bench } from './bench.ts';
import { element } from './dom.ts';
import type { SaveOutcome } from './keep.ts';
import type { Program } from './programs.ts';

export interface Keeping {
  save(program: Program): void;
  /** what was typed in the last moment, too */
  keepAll(): void;
}

/** What is kept of a text: nothing where it is the original. */
const own = (program: Program): string | null => (program.text === program.original ? null : program.text);

export function createKeeping(bench: Bench): Keeping {
  const { files, strings, notice, unnotice, over: signal } = bench;
  /** whoever saves is not told of it */
  const me = {};

  function afterSaving(program: Program, outcome: SaveOutcome): void {
    if (outcome === 'kept') {
      unnotice('storage');
      unnotice('conflict');
    } else if (outcome === 'conflict') askAboutConflict(program);
    else notice('storage', strings[`storage-${outcome}`]);
  }

  function askAboutConflict(program: Program): void {
    const act = (label: string, then: () => void): HTMLElement =>
      element('button', { type: 'button', onclick: () => (unnotice('conflict'), then()) }, label);
    notice(
      'conflict',
      strings.conflict,
      act(strings['conflict-mine'], () => {
        afterSaving(program, program.keeper.overwrite(own(program), me));
      }),
      act(strings['conflict-theirs'], () => bench.adopt(program, program.keeper.takeOther(me) ?? program.original)),
    );
  }

  function keepAll(): void {
    for (const program of files.programs.values()) {
      const kept = program.keeper.text() ?? program.original;
      if (program.text !== kept) program.keeper.save(own(program), me);
    }
  }

  for (const program of files.programs.values()) {
    const stop = program.keeper.listen(
      me,
      (text) => bench.adopt(program, text ?? program.original),
      () => askAboutConflict(program),
    );
    signal.addEventListener('abort', stop);
  }
  // What was typed in the last moment is kept also when the page goes away.
  window.addEventListener('pagehide', keepAll, { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') keepAll();
    },
    { signal },
  );

  return {
    save(program) {
      afterSaving(program, program.keeper.save(own(program), me));
      bench.refresh();
    },
    keepAll,
  };
}
