// An exercise at work: the starting code in an editor, Check, what came of it, and the solution beside one's own program. The editor with
// its problems is the examples' own workbench; this puts it into the exercise and adds what it lacks.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ExerciseDescription } from '../lab/exercise-schema.ts';
import type { Scenario } from '../lab/api.ts';
import { changesInContext, diffLines } from '../translations/diff.ts';
import { colouredLines } from './c-tokens.ts';
import { drawing, element } from './dom.ts';
import { loadExplanations } from './explanations.ts';
import { keptAs, loadExercise, type ExerciseFile } from './exercise-file.ts';
import { renderChecks, summaryOf } from './exercise-results.ts';
import { loadExerciseStrings, type ExerciseStrings } from './exercise-strings.ts';
import { keeperFor } from './keep.ts';
import { renderProblems } from './problems.ts';
import { doneExercises, markDone } from './progress.ts';
import { fill, loadStrings, type Strings } from './strings.ts';
import { openWorkbench, sharedLab, type Workbench } from './workbench.ts';
import './exercise-bench.css';

interface Opened {
  readonly bench: Workbench;
}

const opened = new WeakMap<HTMLElement, Promise<Opened>>();

const pathOf = (section: HTMLElement): string => section.dataset['exercise'] ?? '';
const nameOf = (section: HTMLElement): string => {
  const [example = '', name = ''] = pathOf(section).split('/');
  return keptAs(example, name);
};
const fileOf = (section: HTMLElement): Promise<ExerciseFile> => loadExercise(section.dataset['address'] ?? '');

/** Run shows what the program does with the packets of the checks that are shown. */
function scenarioOf({ checks }: ExerciseDescription): Scenario {
  const packets = checks
    .filter((check) => !check.hidden)
    .flatMap((check) => check.steps ?? [])
    .flatMap((step) => ('send' in step ? step.send : []))
    .flatMap((sent) => {
      if ('random' in sent) return [];
      const { expect: _, ...packet } = sent;
      return [packet];
    });
  const different = new Map(packets.map((packet) => [JSON.stringify(packet), packet]));
  return { packets: [...different.values()] };
}

const play = '<path d="M4 2.5v11l9-5.5z"/>';
const tick = '<path class="line" d="M2.5 8.5l3.6 3.6L13.5 4.4"/>';

/** What the page builds for an example, for an exercise. */
function benchFor(section: HTMLElement, { exercise, start }: ExerciseFile, strings: Strings, own: ExerciseStrings) {
  const { file, way } = exercise;
  const pre = element(
    'pre',
    { class: 'code numbered', tabindex: 0, role: 'group', 'aria-label': fill(strings.code, { file }), translate: 'no' },
    element('code', { lang: 'en' }, ...colouredLines(start)),
  );
  const button = (action: string, label: string, hidden = false): HTMLElement =>
    element('button', { type: 'button', 'data-action': action, hidden }, label);
  const run = button('run', strings.run);
  run.prepend(drawing('0 0 16 16', play));
  const check = element(
    'button',
    { type: 'button', class: 'primary check-button' },
    drawing('0 0 16 16', tick),
    own.check,
  );
  const id = nameOf(section);
  return {
    check,
    root: element(
      'div',
      {
        class: 'example exercise-bench',
        'data-example': id,
        'data-kind': way === 'ebpf' ? undefined : way,
        'data-panels': 'packets maps trace',
      },
      element(
        'fieldset',
        { class: 'versions' },
        element('input', { type: 'radio', name: `${id}-version`, value: file, checked: true, 'aria-label': file }),
      ),
      element(
        'div',
        { class: 'programs' },
        element(
          'div',
          { class: 'program shown', 'data-file': file },
          element('p', { class: 'program-name' }, element('code', {}, file)),
          element('div', { class: 'surface' }, pre),
        ),
      ),
      element('div', { class: 'notices' }),
      element(
        'div',
        { class: 'toolbar', role: 'group', 'aria-label': section.getAttribute('aria-label') ?? '' },
        check,
        run,
        button('edit', strings.edit),
        button('cancel', strings.cancel, true),
        button('reset', strings.reset, true),
        element('p', { class: 'status', role: 'status' }),
      ),
      element('div', { class: 'problems', role: 'group', 'aria-label': strings.problems, hidden: true }),
      element('div', { class: 'checked', hidden: true }),
      element('div', { class: 'outcome' }, element('div', { class: 'result', hidden: true })),
      element('script', { type: 'application/json', class: 'scenario' }, JSON.stringify(scenarioOf(exercise))),
    ),
  };
}

/** Puts the editor into the exercise, or goes back to it. */
export async function openExercise(section: HTMLElement): Promise<void> {
  let work = opened.get(section);
  if (!work) {
    work = open(section);
    opened.set(section, work);
    work.catch(() => opened.delete(section));
  }
  await (await work).bench.edit();
}

async function open(section: HTMLElement): Promise<Opened> {
  const language = document.documentElement.lang;
  const [content, strings, own, explain] = await Promise.all([
    fileOf(section),
    loadStrings(language),
    loadExerciseStrings(language),
    loadExplanations(language),
  ]);
  const { root, check } = benchFor(section, content, strings, own);
  const bar = section.querySelector<HTMLElement>('.exercise-bar');
  section.querySelector('details.start')?.remove();
  bar?.before(root);
  const bench = await openWorkbench(root).catch((error: unknown) => {
    root.remove();
    throw error;
  });
  bar?.classList.add('begun');
  section.classList.add('wide');
  const checked = root.querySelector<HTMLElement>('.checked');
  const status = root.querySelector<HTMLElement>('.status');
  const problems = root.querySelector<HTMLElement>('.problems');
  const { file } = content.exercise;
  const say = (text: string): void => {
    if (status) status.textContent = text;
  };
  const problemList = (errors: readonly Diagnostic[]): HTMLElement | string => {
    if (errors.length === 0) return '';
    const goTo = (_: string, line: number, column: number): void => {
      void bench.edit().then(() => bench.programs.get(file)?.editor?.goTo(line, column));
    };
    return element(
      'div',
      { class: 'problems' },
      ...renderProblems(errors, file, strings, explain, { goTo, fix: () => null }),
    );
  };
  let checking = false;

  async function run(): Promise<void> {
    if (checking || !checked) return;
    checking = true;
    const slow = setTimeout(() => say(own.checking), 300);
    const text = bench.programs.get(file)?.text ?? '';
    const outcome = await sharedLab().exercise(content.exercise, text);
    clearTimeout(slow);
    checking = false;
    if (!outcome.ok) {
      const missing = outcome.message === 'the lab could not be loaded' || !navigator.onLine;
      return say(missing ? strings['lab-missing'] : strings[outcome.reason]);
    }
    const { report } = outcome;
    // The list beneath the editor has them already, when somebody has typed.
    const shown = problems === null || problems.hidden ? report.diagnostics : [];
    const errors = shown.filter(({ severity }) => severity === 'error');
    checked.replaceChildren(...renderChecks(report, content.words, own, explain), problemList(errors));
    checked.hidden = false;
    // The list of what will be checked has become the list of what was.
    section.querySelector('.checks')?.remove();
    say(summaryOf(report, own));
    if (report.passed && markDone(pathOf(section)) !== 'kept') bench.notice('progress', own['not-kept']);
    const { top } = checked.getBoundingClientRect();
    if (top > window.innerHeight * 0.72) window.scrollBy({ top: top - window.innerHeight * 0.4, behavior: 'instant' });
  }
  check.addEventListener('click', () => void run());
  return { bench };
}

/** Compares the solution with what the reader has; before the exercise is done, the reader is asked first. */
export async function openSolution(section: HTMLElement): Promise<void> {
  const details = section.querySelector<HTMLDetailsElement>('details.solution');
  if (!details) return;
  const [content, own] = await Promise.all([fileOf(section), loadExerciseStrings(document.documentElement.lang)]);
  const place = details.querySelector('.solution-body') ?? element('div', { class: 'solution-body' });
  details.append(place);
  const show = (): void => place.replaceChildren(...comparison(section, content, own, details));
  if (doneExercises().has(pathOf(section)) || details.dataset['seen'] !== undefined) return show();
  const button = element('button', { type: 'button' }, own['solution-show']);
  button.addEventListener('click', () => {
    details.dataset['seen'] = '';
    show();
    details.querySelector('pre')?.focus();
  });
  place.replaceChildren(element('p', {}, own['solution-warning']), button);
}

function comparison(
  section: HTMLElement,
  { exercise, start, solution }: ExerciseFile,
  own: ExerciseStrings,
  details: HTMLElement,
): HTMLElement[] {
  const text = keeperFor(nameOf(section), exercise.file).text() ?? start;
  if (text === solution) return [element('p', {}, own['solution-same'])];
  const sign = { same: ' ', removed: '−', added: '+' };
  const tag = { same: 'span', removed: 'del', added: 'ins' } as const;
  const lines = changesInContext(diffLines(text, solution)).map((line) =>
    line === null
      ? element('span', { class: 'gap' }, '⋯\n')
      : element(
          tag[line.kind],
          { class: 'line' },
          element('span', { class: 'sign' }, sign[line.kind]),
          `${line.text}\n`,
        ),
  );
  const label = details.querySelector('summary')?.textContent.trim() ?? '';
  return [
    element('p', {}, own['solution-own']),
    element(
      'pre',
      { class: 'code diff', tabindex: 0, role: 'group', 'aria-label': label, translate: 'no' },
      element('code', { lang: 'en' }, ...lines),
    ),
  ];
}
