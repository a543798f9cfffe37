// One example at work: which file is shown, what the reader made of it, running it, editing it, saying what came of it.
import type { Diagnostic, FixIt } from '../diagnostics/diagnostic.ts';
import type { DefinitionReport, KernelTarget, Project, RunReport, Scenario } from '../lab/api.ts';
import type { Lab, LabOutcome } from '../lab/client.ts';
import { element } from './dom.ts';
import { chooseEditor, chosenEditor, loadEditor } from './editor/editor.ts';
import { editorWords } from './editor/words.ts';
import { explanationsIn, type Explanations } from './explanations.ts';
import { showHeader } from './header-view.ts';
import type { SaveOutcome } from './keep.ts';
import { inAppBrowser, offerBrowser, type InAppHost } from './in-app.ts';
import { editorLanguage } from './language.ts';
import { createMenu, type MenuItem } from './menu.ts';
import { createPacketStore } from './packet-store.ts';
import { specOf } from './own-packets.ts';
import { openPanels, type Panels } from './panels.ts';
import { originalWording, renderProblems } from './problems.ts';
import { readPrograms, type Program } from './programs.ts';
import { renderResult, tally } from './result.ts';
import { markLines, showText } from './still.ts';
import { sharedLab } from './shared-lab.ts';
import { fill, loadStrings, type Strings } from './strings.ts';
import { showVerifying } from './verifying.ts';

/** Milliseconds without a keystroke before the text is kept, and what is wrong with it is written beneath its lines. */
const PAUSE = 400;
/** Nothing is said about waiting before so many milliseconds have passed. */
const PATIENCE = 300;
const WRAP = 'meet-ebpf:wrap';

export interface Workbench {
  run(): Promise<void>;
  edit(): Promise<void>;
  /** shows a file as if its tab had been pressed */
  open(file: string): void;
  readonly programs: ReadonlyMap<string, Program>;
  /** all files with the reader's changes */
  project(): Project;
  /** replaces a file's text, kept at once; what was there can be brought back */
  put(file: string, text: string): void;
  notice(name: string, text: string, ...actions: readonly HTMLElement[]): void;
  /** keeps what was typed and lets go of everything: the example leaves the page */
  close(): void;
}

export interface WorkbenchOptions {
  /** further entries of the menu */
  readonly menu?: () => readonly MenuItem[];
}

export { sharedLab };

export async function openWorkbench(root: HTMLElement, options: WorkbenchOptions = {}): Promise<Workbench> {
  const language = document.documentElement.lang;
  const strings = await loadStrings(language);
  return createWorkbench(root, {
    strings,
    explanations: explanationsIn(language),
    language,
    lab: sharedLab(),
    ...options,
  });
}

interface Surroundings extends WorkbenchOptions {
  readonly strings: Strings;
  readonly explanations: Explanations;
  readonly language: string;
  readonly lab: Lab;
}

function createWorkbench(root: HTMLElement, { strings, explanations, language, lab, menu }: Surroundings): Workbench {
  const find = <E extends HTMLElement>(selector: string): E => {
    const found = root.querySelector<E>(selector);
    if (!found) throw new Error(`the example has no ${selector}`);
    return found;
  };
  const parts = new Set((root.dataset['panels'] ?? '').split(' '));
  /** modules and patches run another way than eBPF */
  const target = root.dataset['kind'] as KernelTarget | undefined;
  const scenario = JSON.parse(find('.scenario').textContent) as Scenario;
  const network: unknown = JSON.parse(root.querySelector('.network')?.textContent ?? 'null');
  const radios = [...root.querySelectorAll<HTMLInputElement>('.versions input')];
  const status = find('.status');
  const notices = find('.notices');
  const problems = find('.problems');
  const result = find('.result');
  const keys = element('div', { class: 'keys', hidden: true });
  const button = (action: string): HTMLButtonElement => find(`[data-action="${action}"]`);
  const me = {};
  let editing = false;
  let running = false;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let wrap = keptWrap();

  const programs = readPrograms(root);
  const over = new AbortController();
  const { signal } = over;
  for (const program of programs.values()) {
    const stop = program.keeper.listen(
      me,
      (text) => adopt(program, text ?? program.original),
      () => askAboutConflict(program),
    );
    signal.addEventListener('abort', stop);
  }
  const first = [...programs.values()][0];
  const current = (): Program => {
    const program = programs.get(radios.find((radio) => radio.checked)?.value ?? '') ?? first;
    if (!program) throw new Error('the example has no programs');
    return program;
  };
  let main = programs.get(root.dataset['main'] ?? '') ?? first;
  /** What is compiled: the program that is shown, or was shown last. */
  const mainProgram = (): Program => {
    if (current().kind === 'program') main = current();
    return main ?? current();
  };

  const words = editorWords(strings);

  /** Takes a text from elsewhere: kept on the device, typed in another example of the page, or the original. */
  function adopt(program: Program, text: string): void {
    program.text = text;
    program.diagnostics = [];
    if (program.editor) program.editor.setText(text);
    else showText(program.still, text, program.original, strings['too-long']);
    panels?.stale();
    refresh();
  }

  /** Which buttons there are, and which files are the reader's own. */
  function refresh(): void {
    const program = current();
    for (const other of programs.values()) {
      other.surface.parentElement?.classList.toggle('shown', other === program);
    }
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

  /** Of many files on a narrow screen, the chosen one's tab is in sight. */
  function revealTab(): void {
    const label = radios.find((radio) => radio.checked)?.parentElement;
    const list = label?.parentElement;
    if (label && list)
      list.scrollLeft = label.offsetLeft - list.offsetLeft - (list.clientWidth - label.offsetWidth) / 2;
  }

  function say(text: string): void {
    if (status.textContent !== text) status.textContent = text;
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

  /** The compiled file with every header; other programs are other projects. */
  function project(): Project {
    const compiled = mainProgram();
    const files = [...programs.values()]
      .filter((program) => program === compiled || program.kind === 'header')
      .map((program) => [program.file, program.text] as const);
    return { files: Object.fromEntries(files), main: compiled.file, ...(target ? { target } : {}) };
  }

  /** The scenario as it applies to what is about to run: expectations hold for the course's own text only. */
  function scenarioFor(program: Program): Scenario {
    const own = program === first && program.text === program.original;
    const named = scenario.program !== undefined && new RegExp(`\\b${scenario.program}\\s*\\(`).test(program.text);
    const packets = packetStore.own();
    return {
      ...(named ? { program: scenario.program } : {}),
      ...(scenario.seed === undefined ? {} : { seed: scenario.seed }),
      packets: packets
        ? packets.map(specOf)
        : own
          ? scenario.packets
          : scenario.packets.map(({ expect: _, ...packet }) => packet),
    };
  }

  /** whose explanations may still be on their way */
  let listed: readonly Diagnostic[] = [];
  /** `calm`: nobody is typing just now, so lines may move to make room for what is wrong with them. */
  function showProblems(compiled: Program, diagnostics: readonly Diagnostic[], calm = true): void {
    for (const program of programs.values()) {
      const here = diagnostics.flatMap((diagnostic) =>
        diagnostic.span?.file === program.file
          ? [{ ...diagnostic.span, severity: diagnostic.severity, message: originalWording(diagnostic) }]
          : [],
      );
      if (program !== compiled && program.kind !== 'header') continue;
      program.diagnostics = diagnostics;
      if (program.editor) program.editor.showProblems(here, calm);
      else if (here.length > 0 || program.still.querySelector('.marked')) markLines(program.still, here);
    }
    if (compiled !== mainProgram()) return;
    listed = diagnostics;
    const list = (): void =>
      problems.replaceChildren(
        ...renderProblems(diagnostics, current().file, strings, explanations.explain, {
          goTo: (file, line, column) => void goTo(file, line, column),
          fix: (fix) => (programs.get(fix.span.file)?.editor ? () => applyFix(fix) : null),
        }),
      );
    if (diagnostics.length === 0 || explanations.there) list();
    else {
      void explanations.ready().then(() => {
        if (listed === diagnostics) list();
      });
    }
    problems.hidden = diagnostics.length === 0;
    panels?.problems(diagnostics.length);
  }

  async function goTo(file: string, line: number, column: number): Promise<void> {
    open(file);
    if (!current().editor) await edit();
    current().editor?.goTo(line, column);
  }

  function applyFix({ span, text }: FixIt): void {
    const program = programs.get(span.file);
    if (!program) return;
    const lines = program.text.split('\n');
    const at = (line: number, column: number): number =>
      lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0) + column - 1;
    program.text =
      program.text.slice(0, at(span.line, span.column)) + text + program.text.slice(at(span.endLine, span.endColumn));
    program.editor?.setText(program.text);
    changed(program);
    // The button goes away with what it mended, and the focus with the button: in the editor, Ctrl+Z takes the change back. Not under a
    // finger, where the focus would bring up the keyboard over what was mended; undo is a key of the row there.
    if (!matchMedia('(pointer: coarse)').matches) program.editor?.goTo(span.line, span.column);
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
    const program = mainProgram();
    const text = program.text;
    clearTimeout(pause);
    const hush = sayIfSlow(strings.working);
    const button = setTimeout(refresh, PATIENCE);
    if (target) {
      const shown = await runKernelMode(target);
      running = false;
      hush();
      clearTimeout(button);
      refresh();
      if (program !== mainProgram()) return say('');
      if (typeof shown === 'object') return sayFailure(shown);
      say(shown);
      return bringIntoView();
    }
    const verifying = showVerifying(result, strings);
    const outcome = await lab.run(project(), scenarioFor(program), verifying);
    verifying.over();
    running = false;
    hush();
    clearTimeout(button);
    refresh();
    if (program !== mainProgram()) return say('');
    if (!outcome.ok) return sayFailure(outcome);
    // A text that was changed meanwhile has its own check on the way; its lines are no longer these.
    if (program.text === text) showProblems(program, outcome.report.diagnostics);
    showResult(program, outcome.report);
    const refused = outcome.report.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    if (!refused) say(tally(outcome.report, strings));
    else say(refused.span ? fill(strings['stopped-at'], { line: refused.span.line }) : strings['not-run']);
    bringIntoView();
  }

  /** A patch is built and booted, a module built and loaded: what to say about it, or why there is nothing to say. */
  async function runKernelMode(way: KernelTarget): Promise<string | Exclude<LabOutcome<unknown>, { ok: true }>> {
    const program = mainProgram();
    const text = program.text;
    const { packets, seed } = scenarioFor(program);
    const order = { way, project: project(), packets, ...(seed === undefined ? {} : { seed }) };
    const [outcome, view, words] = await Promise.all([
      lab.way(order),
      import('./way-result.ts'),
      import('./way-strings.ts').then((module) => module.loadWayStrings(language)),
    ]);
    if (!outcome.ok) return outcome;
    const { report } = outcome;
    if (program !== mainProgram()) return '';
    if (program.text === text) {
      showProblems(program, report.diagnostics);
      // Where it happened stands on the line itself, as a compiler's complaint would.
      const [fault] = report.faults;
      if (fault?.source?.file === program.file) {
        const { line, column } = fault.source;
        const here = {
          line,
          column,
          endLine: line,
          endColumn: column,
          severity: 'error',
          message: fault.title,
        } as const;
        if (program.editor) program.editor.showProblems([here], true);
        else markLines(program.still, [here]);
      }
    }
    const draw = (...children: readonly HTMLElement[]): void => {
      result.replaceChildren(...children);
      result.hidden = false;
    };
    draw(
      ...view.renderWay(report, words, strings, {
        goTo: (file, line, column) => void goTo(file, line, column),
        reboot() {
          draw(
            element('p', { class: 'outcome-title' }, strings.result),
            element('p', { class: 'rebooted' }, view.lamp('alive', words), ` ${words.rebooted}`),
          );
          say(words.rebooted);
          button('run').focus();
        },
      }),
    );
    root.dataset['ran'] = program.file;
    if (!report.started) return words['not-started'];
    if (report.state !== 'alive') return words[`title-${report.state}`];
    return view.tallyOfFates(view.countFates(report.packets), words);
  }

  function showResult(program: Program, report: RunReport): void {
    result.replaceChildren(...renderResult(report, parts, strings));
    result.hidden = false;
    root.dataset['ran'] = program.file;
    panels?.ran(report);
  }

  /**
   * After a run the reader should see what came of it, without losing the code from sight where both fit. At once: a page
   * that glides takes the next tap for itself.
   */
  function bringIntoView(): void {
    const top = (problems.hidden ? result : problems).getBoundingClientRect().top;
    if (top > window.innerHeight * 0.72) window.scrollBy({ top: top - window.innerHeight * 0.4, behavior: 'instant' });
  }
  /** The bar lies over the lower edge of the window: what one types must not be behind it. */
  function makeRoom({ surface }: Program): void {
    const { top, bottom } = surface.getBoundingClientRect();
    const hidden = bottom - (window.innerHeight - find('.toolbar').offsetHeight);
    if (hidden > 0) window.scrollBy({ top: Math.min(hidden, top - 8), behavior: 'instant' });
  }

  let checking = false;
  let waiting = false;
  /** Checks what is shown as it is now; while a check is under way, the newest text waits for its end. */
  async function check(): Promise<void> {
    waiting = checking;
    if (checking || current().kind === 'companion') return;
    checking = true;
    const program = current();
    const asked = project();
    const outcome = await lab.check(asked);
    checking = false;
    if (waiting || !sameFiles(asked, project())) return check();
    if (program !== current()) return;
    if (outcome.ok) {
      showProblems(mainProgram(), outcome.report.diagnostics, !typing);
      if (!typing) sayCheck();
    } else if (outcome.reason !== 'cancelled') sayFailure(outcome);
  }
  function sayCheck(): void {
    const program = mainProgram();
    const errors = program.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    if (errors === 0 && target) return say('');
    say(errors === 0 ? strings.clean : fill(strings['problem-count'], { count: errors, file: program.file }));
  }

  let typing = false;
  function changed(program: Program): void {
    typing = true;
    result.hidden = true;
    delete root.dataset['ran'];
    root.dataset['touched'] = '';
    panels?.stale();
    refresh();
    void check();
    clearTimeout(pause);
    pause = setTimeout(() => {
      typing = false;
      save(program);
      if (program.kind === 'companion') return;
      // What is known is shown; what is still being checked shows itself when it is.
      if (checking) return;
      showProblems(mainProgram(), mainProgram().diagnostics);
      sayCheck();
    }, PAUSE);
  }

  async function edit(): Promise<void> {
    const program = current();
    if (!editing && inAppBrowser(navigator.userAgent) !== null) offerBrowser(outside);
    editing = true;
    refresh();
    if (program.editor) return program.editor.focus();
    const hush = sayIfSlow(strings['loading-editor']);
    try {
      const openEditor = await loadEditor(chosenEditor());
      hush();
      say('');
      if (program.editor) return;
      const host = element('div', { class: 'editor' });
      program.surface.append(host);
      const editor = openEditor(host, {
        text: program.text,
        file: program.file,
        label: fill(strings.editing, { file: program.file }),
        still: program.still,
        language: editorLanguage({
          lab,
          project: () => projectOf(program),
          file: program.file,
          language,
          show: define,
        }),
        words,
        wrap,
        keys,
        onChange() {
          program.text = editor.text();
          changed(program);
        },
      });
      program.editor = editor;
      program.still.hidden = true;
      showProblems(mainProgram(), mainProgram().diagnostics);
      if (program === current()) {
        editor.focus();
        makeRoom(program);
        // Nobody would guess it: a finger cannot rest on a name without pressing it.
        if (chosenEditor() === 'codemirror' && matchMedia('(pointer: coarse)').matches) say(strings['hold-hint']);
      }
    } catch (error) {
      hush();
      editing = false;
      refresh();
      say(strings['editor-missing']);
      throw error;
    }
  }

  /** The project as a file's editor sees it: a companion stands alone. */
  function projectOf(program: Program): Project {
    if (program.kind !== 'companion') return project();
    return { files: { [program.file]: program.text }, main: program.file };
  }

  function define(report: DefinitionReport): void {
    if (report.text !== null) return showHeader(report, strings);
    void goTo(report.span.file, report.span.line, report.span.column);
  }

  /** Takes the editors down; the texts stay. */
  function closeEditors(): void {
    for (const program of programs.values()) {
      if (!program.editor) continue;
      program.text = program.editor.text();
      program.editor.close();
      program.editor = null;
      program.surface.querySelector('.editor')?.remove();
      program.still.hidden = false;
      showText(program.still, program.text, program.original, strings['too-long']);
    }
    keys.hidden = true;
  }

  function reset(): void {
    const program = current();
    const text = program.text === program.original ? (program.keeper.previous() ?? program.original) : program.original;
    adopt(program, text);
    showProblems(mainProgram(), []);
    result.hidden = true;
    delete root.dataset['touched'];
    save(program);
    if (program.editor) void check();
  }

  function shown(): void {
    result.hidden = true;
    delete root.dataset['ran'];
    delete root.dataset['touched'];
    say(current().kind === 'companion' ? strings['not-run-here'] : '');
    refresh();
    revealTab();
    panels?.stale();
    showProblems(mainProgram(), mainProgram().diagnostics);
    if (editing && !current().editor) void edit();
  }

  function open(file: string): void {
    const radio = radios.find((candidate) => candidate.value === file);
    if (!radio || radio.checked) return;
    radio.checked = true;
    shown();
  }

  function put(file: string, text: string): void {
    const program = programs.get(file);
    if (!program) return;
    adopt(program, text);
    save(program);
  }

  const entries = (): readonly MenuItem[] => [
    ...(current().editor
      ? [
          { label: strings['go-to'], act: () => void current().editor?.outline() },
          { label: strings.format, act: () => void current().editor?.format() },
          {
            label: strings.wrap,
            checked: wrap,
            act() {
              wrap = !wrap;
              keepWrap(wrap);
              for (const program of programs.values()) program.editor?.setWrap(wrap);
            },
          },
          {
            label: chosenEditor() === 'monaco' ? strings['editor-simple'] : strings['editor-full'],
            act() {
              chooseEditor(chosenEditor() === 'monaco' ? 'codemirror' : 'monaco');
              closeEditors();
              void edit();
            },
          },
        ]
      : []),
    ...(menu?.() ?? []),
  ];
  const outside: InAppHost = {
    strings,
    notice,
    address: root.querySelector<HTMLAnchorElement>('.to-playground a')?.href ?? location.href,
    shared() {
      const changed = [...programs.values()].filter((program) => program.text !== program.original);
      const packets = packetStore.own();
      return {
        // Somebody else's program lies under a name of its own: ~NAME-NUMBER.
        example: (root.dataset['example'] ?? '').replace(/^~(.*)-[0-9a-f]+$/, '$1'),
        files: Object.fromEntries(changed.map(({ file, text }) => [file, text])),
        open: current().file,
        ...(packets ? { packets } : {}),
      };
    },
  };
  const packetStore = createPacketStore({
    example: root.dataset['example'] ?? '',
    original: scenario.packets,
    strings,
    notice,
    unnotice,
    over: signal,
    changed() {
      result.hidden = true;
      delete root.dataset['ran'];
      root.dataset['touched'] = '';
      panels?.packetsChanged();
    },
  });
  const bar = find('.toolbar');
  bar.prepend(keys);
  status.before(createMenu(strings.menu, entries));
  const panels: Panels | null = openPanels(root, {
    lab,
    strings,
    project,
    scenario: () => scenarioFor(mainProgram()),
    network: () => network,
    packets: () => packetStore.own()?.map(specOf) ?? null,
    packetStore,
    run: () => void run(),
    language,
    goTo: (file, line) => void goTo(file, line, 1),
    mark: (file, lines) =>
      programs
        .get(file)
        ?.still.querySelectorAll('.line')
        .forEach((line, i) => {
          line.classList.toggle('lit', lines.has(i + 1));
        }),
    text: (file) => programs.get(file)?.text ?? '',
    announce: say,
    explain: explanations.explain,
    explanations: () => explanations.ready(),
    over: signal,
  });

  button('reset').addEventListener('click', reset);
  button('cancel').addEventListener('click', () => lab.cancel());
  for (const radio of radios) radio.addEventListener('change', shown);
  // What was typed in the last moment is kept also when the page goes away.
  const keepAll = (): void => {
    for (const program of programs.values()) {
      const kept = program.keeper.text() ?? program.original;
      if (program.text !== kept) program.keeper.save(program.text === program.original ? null : program.text, me);
    }
  };
  window.addEventListener('pagehide', keepAll, { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') keepAll();
    },
    { signal },
  );
  for (const program of programs.values()) {
    const kept = program.keeper.text();
    if (kept !== null) adopt(program, kept);
  }
  refresh();
  revealTab();
  function close(): void {
    clearTimeout(pause);
    keepAll();
    closeEditors();
    over.abort();
  }
  return { run, edit, open, programs, project, put, notice, close };
}

function sameFiles(a: Project, b: Project): boolean {
  const names = Object.keys(a.files);
  return (
    a.main === b.main &&
    names.length === Object.keys(b.files).length &&
    names.every((name) => a.files[name] === b.files[name])
  );
}

function keptWrap(): boolean {
  try {
    return localStorage.getItem(WRAP) === 'on';
  } catch {
    return false;
  }
}

function keepWrap(on: boolean): void {
  try {
    localStorage.setItem(WRAP, on ? 'on' : 'off');
  } catch {
    // Then it lasts as long as the page.
  }
}
