// What every page with exercises loads: marks of what is done, one hint after the other, and buttons that wait. Editor and lab come when
// an exercise is started, and not before.
import { keptAs } from './exercise-file.ts';
import { hasKept } from './keep.ts';
import { followProgress } from './progress.ts';
import { inDigits } from './strings.ts';

/** The next hint is offered when the one before it was opened. */
function oneHintAtATime(section: HTMLElement): void {
  const hints = [...section.querySelectorAll<HTMLDetailsElement>('details.hint')];
  hints.forEach((hint, i) => {
    hint.hidden = i > 0;
    hint.addEventListener('toggle', () => {
      const next = hints[i + 1];
      if (hint.open && next) next.hidden = false;
    });
  });
}

for (const section of document.querySelectorAll<HTMLElement>('.exercise')) {
  oneHintAtATime(section);
  const path = section.dataset['exercise'];
  const begin = section.querySelector<HTMLButtonElement>('.begin');
  const solution = section.querySelector<HTMLDetailsElement>('details.solution');
  if (path === undefined || !begin || !solution) continue;
  const say = (text: string | undefined): void => {
    const status = section.querySelector('.exercise-said');
    if (status) status.textContent = text ?? '';
  };
  /** Loads what it takes, and says so if that takes long, or fails. */
  const withBench = (act: (bench: typeof import('./exercise-bench.ts')) => Promise<void>): void => {
    const slow = setTimeout(() => say(section.dataset['loading']), 300);
    import('./exercise-bench.ts').then(act).then(
      () => clearTimeout(slow),
      () => {
        clearTimeout(slow);
        say(section.dataset['missing']);
      },
    );
  };
  const [example = '', name = ''] = path.split('/');
  if (hasKept(keptAs(example, name), section.dataset['file'] ?? ''))
    begin.textContent = begin.dataset['goOn'] ?? begin.textContent;
  begin.addEventListener('click', () => withBench((bench) => bench.openExercise(section).then(() => say(''))));
  // The built page shows what the solution changes in the start; with script the reader's own program is compared.
  const summary = solution.querySelector('summary');
  if (summary) solution.replaceChildren(summary);
  solution.addEventListener('toggle', () => {
    if (solution.open) withBench((bench) => bench.openSolution(section).then(() => say('')));
  });
}

followProgress((done) => {
  const sections = [...document.querySelectorAll<HTMLElement>('.exercise[data-exercise]')];
  let count = 0;
  for (const section of sections) {
    const isDone = done.has(section.dataset['exercise'] ?? '');
    count += Number(isDone);
    const mark = section.querySelector<HTMLElement>('.done-mark');
    if (mark) mark.hidden = !isDone;
  }
  if (count === 0) return;
  // In the chapter's contents, beside the section: quiet, and only once there is something to say.
  const digits = sections[0]?.dataset['digits'] ?? '';
  for (const link of document.querySelectorAll<HTMLElement>('.chapter a[href="#exercises"]')) {
    let tally = link.querySelector<HTMLElement>('.exercise-tally');
    if (!tally) {
      tally = document.createElement('span');
      tally.className = 'exercise-tally';
      link.append(' ', tally);
    }
    tally.textContent = `${inDigits(count, digits)}/${inDigits(sections.length, digits)}`;
  }
});
