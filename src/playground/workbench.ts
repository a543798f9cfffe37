// One example at work: which version is shown, what the reader made of it, running it, editing it, saying what came of it.
import type { Scenario } from '../lab/api.ts';
import { createLab, type Lab, type LabOutcome } from '../lab/client.ts';
import type { Diagnostic, FixIt } from '../diagnostics/diagnostic.ts';
import { element } from './dom.ts';
import { loadEditor, type CodeEditor } from './editor/editor.ts';
import { loadExplanations, type Explain } from './explanations.ts';
import { keeperFor, type Keeper, type SaveOutcome } from './keep.ts';
import { originalWording, renderProblems } from './problems.ts';
import { renderResult, tally } from './result.ts';
import { markLines, originalText, showText } from './still.ts';
import { fill, loadStrings, type Strings } from './strings.ts';

/** Milliseconds without a keystroke before the text is checked, and kept. */
const PAUSE = 250;
/** Nothing is said about waiting before so many milliseconds have passed. */
const PATIENCE = 300;

interface Program {
  readonly file: string;
  readonly original: string;
  readonly keeper: Keeper;
  readonly still: HTMLElement;
  readonly surface: HTMLElement;
  text: string;
  editor: CodeEditor | null;
  diagnostics: readonly Diagnostic[];
}

export interface Workbench {
  run(): Promise<void>;
  edit(): Promise<void>;
}

/** One lab for all examples of a page. */
let lab: Lab | null = null;

export async function openWorkbench(root: HTMLElement): Promise<Workbench> {
  const language = document.documentElement.lang;
  const [strings, explain] = await Promise.all([loadStrings(language), loadExplanations(language)]);
  return createWorkbench(root, strings, explain, (lab ??= createLab()));
}

function createWorkbench(root: HTMLElement, strings: Strings, explain: Explain, lab: Lab): Workbench {
  const find = <E extends HTMLElement>(selector: string): E => {
    const found = root.querySelector<E>(selector);
    if (!found) throw new Error(`the example has no ${selector}`);
    return found;
  };
  const example = root.dataset['example'] ?? '';
  const panels = new Set((root.dataset['panels'] ?? '').split(' '));
  const scenario = JSON.parse(find('.scenario').textContent) as Scenario;
  const radios = [...root.querySelectorAll<HTMLInputElement>('.versions input')];
  const status = find('.status');
  const notices = find('.notices');
  const problems = find('.problems');
  const result = find('.result');
  const button = (action: string): HTMLButtonElement => find(`[data-action="${action}"]`);
  const me = {};
  let editing = false;
  let running = false;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const programs = new Map<string, Program>();
  for (const section of root.querySelectorAll<HTMLElement>('.program')) {
    const file = section.dataset['file'] ?? '';
    const surface = section.querySelector<HTMLElement>('.surface');
    const still = section.querySelector<HTMLElement>('pre');
    if (!surface || !still) continue;
    const original = originalText(still);
    const keeper = keeperFor(example, file);
    const program: Program = { file, original, keeper, still, surface, text: original, editor: null, diagnostics: [] };
    programs.set(file, program);
    keeper.listen(
      me,
      (text) => adopt(program, text ?? original),
      () => askAboutConflict(program),
    );
  }
  const first = [...programs.values()][0];
  const current = (): Program => {
    const program = programs.get(radios.find((radio) => radio.checked)?.value ?? '') ?? first;
    if (!program) throw new Error('the example has no programs');
    return program;
  };

  /** Takes a text from elsewhere: kept on the device, typed in another example of the page, or the original. */
  function adopt(program: Program, text: string): void {
    program.text = text;
    program.diagnostics = [];
    if (program.editor) program.editor.setText(text);
    else showText(program.still, text, program.original, strings['too-long']);
    refresh();
  }

  /** Which buttons there are, and which versions are the reader's own. */
  function refresh(): void {
    const program = current();
    const changed = program.text !== program.original;
    const reset = button('reset');
    reset.hidden = !changed && program.keeper.previous() === null;
    reset.textContent = changed ? strings.reset : strings['undo-reset'];
    button('edit').hidden = editing;
    button('cancel').hidden = !running;
    for (const radio of radios) {
      const own = programs.get(radio.value);
      const mark = radio.parentElement?.querySelector<HTMLElement>('.edited-mark');
      if (mark) mark.hidden = !own || own.text === own.original;
    }
  }

  function say(text: string): void {
    status.textContent = text;
  }

  /** Says `text` only if the work takes long enough for a person to wonder. */
  function sayIfSlow(text: string): () => void {
    const timer = setTimeout(() => say(text), PATIENCE);
    return () => clearTimeout(timer);
  }

  function notice(name: string, text: string, ...actions: readonly HTMLElement[]): void {
    notices.querySelector(`[data-notice="${name}"]`)?.remove();
    notices.append(
      element('div', { class: 'notice', role: 'alert', 'data-notice': name }, element('span', {}, text), ...actions),
    );
  }
  const unnotice = (name: string): void => notices.querySelector(`[data-notice="${name}"]`)?.remove();

  function afterSaving(program: Program, outcome: SaveOutcome): void {
    if (outcome === 'kept') {
      unnotice('storage');
      unnotice('conflict');
    } else if (outcome === 'conflict') askAboutConflict(program);
    else notice('storage', strings[`storage-${outcome}`]);
  }

  function save(program: Program): void {
    afterSaving(program, program.keeper.save(program.text === program.original ? null : program.text, me));
    refresh();
  }

  function askAboutConflict(program: Program): void {
    const act = (label: string, then: () => void): HTMLElement =>
      element('button', { type: 'button', onclick: () => (unnotice('conflict'), then()) }, label);
    notice(
      'conflict',
      strings.conflict,
      act(strings['conflict-mine'], () => {
        afterSaving(program, program.keeper.overwrite(program.text === program.original ? null : program.text, me));
      }),
      act(strings['conflict-theirs'], () => adopt(program, program.keeper.takeOther(me) ?? program.original)),
    );
  }

  const projectOf = (program: Program): { files: Record<string, string>; main: string } => ({
    files: { [program.file]: program.text },
    main: program.file,
  });

  /** The scenario as it applies to what is about to run: expectations hold for the course's own text only. */
  function scenarioFor(program: Program): Scenario {
    const own = program === first && program.text === program.original;
    const named = scenario.program !== undefined && new RegExp(`\\b${scenario.program}\\s*\\(`).test(program.text);
    return {
      ...(named ? { program: scenario.program } : {}),
      ...(scenario.seed === undefined ? {} : { seed: scenario.seed }),
      packets: own ? scenario.packets : scenario.packets.map(({ expect: _, ...packet }) => packet),
    };
  }

  function showProblems(program: Program, diagnostics: readonly Diagnostic[]): void {
    program.diagnostics = diagnostics;
    const here = diagnostics.flatMap((diagnostic) =>
      diagnostic.span?.file === program.file
        ? [{ ...diagnostic.span, severity: diagnostic.severity, message: originalWording(diagnostic) }]
        : [],
    );
    if (program.editor) program.editor.showProblems(here);
    else markLines(program.still, here);
    if (program !== current()) return;
    problems.replaceChildren(
      ...renderProblems(diagnostics, program.file, strings, explain, {
        goTo: (line, column) => void goTo(program, line, column),
        fix: program.editor ? (fix) => applyFix(program, fix) : null,
      }),
    );
    problems.hidden = diagnostics.length === 0;
  }

  async function goTo(program: Program, line: number, column: number): Promise<void> {
    if (!program.editor) await edit();
    program.editor?.goTo(line, column);
  }

  function applyFix(program: Program, { span, text }: FixIt): void {
    const lines = program.text.split('\n');
    const at = (line: number, column: number): number =>
      lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0) + column - 1;
    program.text =
      program.text.slice(0, at(span.line, span.column)) + text + program.text.slice(at(span.endLine, span.endColumn));
    program.editor?.setText(program.text);
    changed(program);
  }

  function sayFailure(outcome: Exclude<LabOutcome<unknown>, { ok: true }>): void {
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
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    const program = current();
    const text = program.text;
    clearTimeout(pause);
    const hush = sayIfSlow(strings.working);
    const button = setTimeout(refresh, PATIENCE);
    const outcome = await lab.run(projectOf(program), scenarioFor(program));
    running = false;
    hush();
    clearTimeout(button);
    refresh();
    if (program !== current()) return say('');
    if (!outcome.ok) return sayFailure(outcome);
    // A text that was changed meanwhile has its own check on the way; its lines are no longer these.
    if (program.text === text) showProblems(program, outcome.report.diagnostics);
    result.replaceChildren(...renderResult(outcome.report, panels, strings));
    result.hidden = false;
    root.dataset['ran'] = program.file;
    const refused = outcome.report.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    if (!refused) say(tally(outcome.report, strings));
    else say(refused.span ? fill(strings['stopped-at'], { line: refused.span.line }) : strings['not-run']);
    bringIntoView();
  }

  /** After a run the reader should see what came of it, without losing the code from sight where both fit. */
  function bringIntoView(): void {
    const top = (problems.hidden ? result : problems).getBoundingClientRect().top;
    if (top > window.innerHeight * 0.72) window.scrollBy({ top: top - window.innerHeight * 0.4, behavior: motion() });
  }
  /** The bar lies over the lower edge of the window: what one types must not be behind it. */
  function makeRoom({ surface }: Program): void {
    const { top, bottom } = surface.getBoundingClientRect();
    const hidden = bottom - (window.innerHeight - find('.toolbar').offsetHeight);
    if (hidden > 0) window.scrollBy({ top: Math.min(hidden, top - 8), behavior: motion() });
  }
  const motion = (): ScrollBehavior => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth');

  async function check(program: Program): Promise<void> {
    const text = program.text;
    const outcome = await lab.check(projectOf(program));
    if (program.text !== text) return;
    if (outcome.ok) {
      showProblems(program, outcome.report.diagnostics);
      const errors = outcome.report.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
      say(errors === 0 ? strings.clean : fill(strings['problem-count'], { count: errors, file: program.file }));
    } else if (outcome.reason !== 'cancelled') sayFailure(outcome);
  }

  function changed(program: Program): void {
    result.hidden = true;
    delete root.dataset['ran'];
    root.dataset['touched'] = '';
    refresh();
    clearTimeout(pause);
    pause = setTimeout(() => {
      save(program);
      void check(program);
    }, PAUSE);
  }

  async function edit(): Promise<void> {
    const program = current();
    editing = true;
    refresh();
    if (program.editor) return program.editor.focus();
    const hush = sayIfSlow(strings['loading-editor']);
    try {
      const open = await loadEditor();
      hush();
      say('');
      const host = element('div', { class: 'editor' });
      program.surface.append(host);
      const editor = open(host, {
        text: program.text,
        label: fill(strings.editing, { file: program.file }),
        still: program.still,
        onChange() {
          program.text = editor.text();
          changed(program);
        },
      });
      program.editor = editor;
      program.still.hidden = true;
      showProblems(program, program.diagnostics);
      editor.focus();
      makeRoom(program);
    } catch {
      hush();
      editing = false;
      refresh();
      say(strings['editor-missing']);
    }
  }

  function reset(): void {
    const program = current();
    const text = program.text === program.original ? (program.keeper.previous() ?? program.original) : program.original;
    adopt(program, text);
    showProblems(program, []);
    result.hidden = true;
    delete root.dataset['touched'];
    save(program);
    if (program.editor) void check(program);
  }

  button('reset').addEventListener('click', reset);
  button('cancel').addEventListener('click', () => lab.cancel());
  for (const radio of radios) {
    radio.addEventListener('change', () => {
      result.hidden = true;
      delete root.dataset['ran'];
      delete root.dataset['touched'];
      say('');
      refresh();
      showProblems(current(), current().diagnostics);
      if (editing && !current().editor) void edit();
    });
  }
  // What was typed in the last moment is kept also when the page goes away.
  window.addEventListener('pagehide', () => {
    for (const program of programs.values()) {
      const kept = program.keeper.text() ?? program.original;
      if (program.text !== kept) program.keeper.save(program.text === program.original ? null : program.text, me);
    }
  });
  for (const program of programs.values()) {
    const kept = program.keeper.text();
    if (kept !== null) adopt(program, kept);
  }
  refresh();
  return { run, edit };
}
