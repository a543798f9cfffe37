// One example at work: puts its parts together (bench-….ts: files, keeping, checking, problems, editors, running) and its panels.
import type { PacketSpec, Project, Scenario } from '../lab/api.ts';
import { createChecking } from './bench-checking.ts';
import { createEditors } from './bench-editors.ts';
import { readFiles } from './bench-files.ts';
import { createKeeping } from './bench-keeping.ts';
import { createProblems } from './bench-problems.ts';
import { createFailureNote, createRunning } from './bench-running.ts';
import { createVoice } from './bench-voice.ts';
import { part, type Bench, type Surroundings } from './bench.ts';
import { explanationsIn } from './explanations.ts';
import { inAppBrowser, offerBrowser, type InAppHost } from './in-app.ts';
import { createMenu, type MenuItem } from './menu.ts';
import { specOf } from './own-packets.ts';
import { createPacketStore } from './packet-store.ts';
import { openPanels, type Panels } from './panels.ts';
import type { Program } from './programs.ts';
import { sharedLab } from './shared-lab.ts';
import { showText } from './still.ts';
import { loadStrings } from './strings.ts';

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
  const surroundings = { strings, explanations: explanationsIn(language), language, lab: sharedLab() };
  return createWorkbench(root, surroundings, options);
}

function createWorkbench(root: HTMLElement, surroundings: Surroundings, { menu }: WorkbenchOptions): Workbench {
  const { strings, explanations, language, lab } = surroundings;
  const example = root.dataset['example'] ?? '';
  const scenario = JSON.parse(part(root, '.scenario').textContent) as Scenario;
  const network: unknown = JSON.parse(root.querySelector('.network')?.textContent ?? 'null');
  const status = part(root, '.status');
  const result = part(root, '.result');
  const files = readFiles(root);
  const { programs } = files;
  const over = new AbortController();
  const { signal } = over;
  let panels: Panels | null = null;

  const bench: Bench = {
    ...surroundings,
    ...createVoice(status, part(root, '.notices')),
    root,
    files,
    problems: part(root, '.problems'),
    result,
    over: signal,
    panels: () => panels,
    button: (action) => part(root, `[data-action="${action}"]`),
    refresh,
    adopt,
    changed: (program) => checking.changed(program),
    forgetResult,
    goTo,
  };
  const { say, notice, unnotice } = bench;
  const keeping = createKeeping(bench);
  const problems = createProblems(bench);
  const sayFailure = createFailureNote(bench);
  const checking = createChecking(bench, keeping, problems, sayFailure);
  const editors = createEditors(bench, problems, () => {
    if (inAppBrowser(navigator.userAgent) !== null) offerBrowser(outside);
  });
  const running = createRunning(bench, { problems, scenarioFor, settle: () => checking.settle(), sayFailure });
  const packetStore = createPacketStore({
    example,
    original: scenario.packets,
    strings,
    notice,
    unnotice,
    over: signal,
    changed() {
      forgetResult();
      root.dataset['touched'] = '';
      panels?.packetsChanged();
    },
  });
  const ownPackets = (): readonly PacketSpec[] | null => packetStore.own()?.map(specOf) ?? null;
  const outside: InAppHost = {
    strings,
    notice,
    address: root.querySelector<HTMLAnchorElement>('.to-playground a')?.href ?? location.href,
    shared() {
      const changed = [...programs.values()].filter((program) => program.text !== program.original);
      const packets = packetStore.own();
      return {
        // Somebody else's program lies under a name of its own: ~NAME-NUMBER.
        example: example.replace(/^~(.*)-[0-9a-f]+$/, '$1'),
        files: Object.fromEntries(changed.map(({ file, text }) => [file, text])),
        open: files.current().file,
        ...(packets ? { packets } : {}),
      };
    },
  };

  /** The scenario as it applies to what is about to run: expectations hold for the course's own text only. */
  function scenarioFor(program: Program): Scenario {
    const own = program === files.first && program.text === program.original;
    const named = scenario.program !== undefined && new RegExp(`\\b${scenario.program}\\s*\\(`).test(program.text);
    return {
      ...(named ? { program: scenario.program } : {}),
      ...(scenario.seed === undefined ? {} : { seed: scenario.seed }),
      ...(network === null ? {} : { network }),
      packets: ownPackets() ?? (own ? scenario.packets : scenario.packets.map(({ expect: _, ...packet }) => packet)),
    };
  }

  function adopt(program: Program, text: string): void {
    program.text = text;
    program.diagnostics = [];
    if (program.editor) program.editor.setText(text);
    else showText(program.still, text, program.original, strings['too-long']);
    panels?.stale();
    refresh();
  }

  function refresh(): void {
    const program = files.current();
    for (const other of programs.values()) {
      other.surface.parentElement?.classList.toggle('shown', other === program);
    }
    const changed = program.text !== program.original;
    const reset = bench.button('reset');
    reset.hidden = !changed && program.keeper.previous() === null;
    reset.textContent = changed ? strings.reset : strings['undo-reset'];
    bench.button('edit').hidden = editors.open;
    bench.button('cancel').hidden = !running.busy;
    for (const radio of files.radios) {
      const own = programs.get(radio.value);
      const mark = radio.parentElement?.querySelector<HTMLElement>('.edited-mark');
      if (mark) mark.hidden = !own || own.text === own.original;
    }
  }

  function forgetResult(): void {
    result.hidden = true;
    delete root.dataset['ran'];
  }

  async function goTo(file: string, line: number, column: number): Promise<void> {
    open(file);
    if (!files.current().editor) await editors.edit();
    files.current().editor?.goTo(line, column);
  }

  function reset(): void {
    const program = files.current();
    const text = program.text === program.original ? (program.keeper.previous() ?? program.original) : program.original;
    adopt(program, text);
    problems.show(files.main(), []);
    forgetResult();
    delete root.dataset['touched'];
    keeping.save(program);
    if (program.editor) void checking.check();
  }

  function shown(): void {
    forgetResult();
    delete root.dataset['touched'];
    say(files.current().kind === 'companion' ? strings['not-run-here'] : '');
    refresh();
    files.revealTab();
    panels?.stale();
    problems.show(files.main(), files.main().diagnostics);
    if (editors.open && !files.current().editor) void editors.edit();
  }

  function open(file: string): void {
    const radio = files.radios.find((candidate) => candidate.value === file);
    if (!radio || radio.checked) return;
    radio.checked = true;
    shown();
  }

  function put(file: string, text: string): void {
    const program = programs.get(file);
    if (!program) return;
    adopt(program, text);
    keeping.save(program);
  }

  status.before(createMenu(strings.menu, () => [...editors.entries(), ...(menu?.() ?? [])]));
  panels = openPanels(root, {
    lab,
    strings,
    project: files.project,
    scenario: () => scenarioFor(files.main()),
    network: () => network,
    packets: ownPackets,
    packetStore,
    run: () => void running.run(),
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

  bench.button('reset').addEventListener('click', reset);
  bench.button('cancel').addEventListener('click', () => lab.cancel());
  for (const radio of files.radios) radio.addEventListener('change', shown);
  for (const program of programs.values()) {
    const kept = program.keeper.text();
    if (kept !== null) adopt(program, kept);
  }
  refresh();
  files.revealTab();

  function close(): void {
    checking.settle();
    keeping.keepAll();
    editors.close();
    over.abort();
  }
  return { run: running.run, edit: editors.edit, open, programs, project: files.project, put, notice, close };
}
