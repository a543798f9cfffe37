// Turns an example's code into an editor in place, of the kind that the reader chose, and back.
import type { DefinitionReport } from '../lab/api.ts';
import type { Bench } from './bench.ts';
import { part } from './bench.ts';
import type { BenchProblems } from './bench-problems.ts';
import { element } from './dom.ts';
import { chooseEditor, chosenEditor, loadEditor } from './editor/editor.ts';
import { editorWords } from './editor/words.ts';
import { showHeader } from './header-view.ts';
import { editorLanguage } from './language.ts';
import type { MenuItem } from './menu.ts';
import type { Program } from './programs.ts';
import { showText } from './still.ts';
import { fill } from './strings.ts';

const WRAP = 'meet-ebpf:wrap';

export interface Editors {
  /** an editor is open, or on its way */
  readonly open: boolean;
  readonly edit: () => Promise<void>;
  /** takes the editors down; the texts stay */
  close(): void;
  /** what the menu offers while one edits */
  entries(): readonly MenuItem[];
}

/** `begun`: somebody begins to edit. */
export function createEditors(bench: Bench, problems: BenchProblems, begun: () => void): Editors {
  const { root, files, lab, language, strings } = bench;
  const words = editorWords(strings);
  const keys = element('div', { class: 'keys', hidden: true });
  const bar = part(root, '.toolbar');
  bar.prepend(keys);
  let editing = false;
  let wrap = keptWrap();

  /** The bar lies over the lower edge of the window: what one types must not be behind it. */
  function makeRoom({ surface }: Program): void {
    const { top, bottom } = surface.getBoundingClientRect();
    const hidden = bottom - (window.innerHeight - bar.offsetHeight);
    if (hidden > 0) window.scrollBy({ top: Math.min(hidden, top - 8), behavior: 'instant' });
  }

  function define(report: DefinitionReport): void {
    if (report.text !== null) return showHeader(report, strings);
    void bench.goTo(report.span.file, report.span.line, report.span.column);
  }

  async function edit(): Promise<void> {
    const program = files.current();
    if (!editing) begun();
    editing = true;
    bench.refresh();
    if (program.editor) return program.editor.focus();
    const hush = bench.sayIfSlow(strings['loading-editor']);
    try {
      const openEditor = await loadEditor(chosenEditor());
      hush();
      bench.say('');
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
          project: () => files.projectOf(program),
          file: program.file,
          language,
          show: define,
        }),
        words,
        wrap,
        keys,
        onChange() {
          program.text = editor.text();
          bench.changed(program);
        },
      });
      program.editor = editor;
      program.still.hidden = true;
      problems.show(files.main(), files.main().diagnostics);
      if (program === files.current()) {
        editor.focus();
        makeRoom(program);
        // Nobody would guess it: a finger cannot rest on a name without pressing it.
        if (chosenEditor() === 'codemirror' && matchMedia('(pointer: coarse)').matches) bench.say(strings['hold-hint']);
      }
    } catch (error) {
      hush();
      editing = false;
      bench.refresh();
      bench.say(strings['editor-missing']);
      throw error;
    }
  }

  function close(): void {
    for (const program of files.programs.values()) {
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

  function entries(): readonly MenuItem[] {
    if (!files.current().editor) return [];
    return [
      { label: strings['go-to'], act: () => void files.current().editor?.outline() },
      { label: strings.format, act: () => void files.current().editor?.format() },
      {
        label: strings.wrap,
        checked: wrap,
        act() {
          wrap = !wrap;
          keepWrap(wrap);
          for (const program of files.programs.values()) program.editor?.setWrap(wrap);
        },
      },
      {
        label: chosenEditor() === 'monaco' ? strings['editor-simple'] : strings['editor-full'],
        act() {
          chooseEditor(chosenEditor() === 'monaco' ? 'codemirror' : 'monaco');
          close();
          void edit();
        },
      },
    ];
  }

  return {
    get open() {
      return editing;
    },
    edit,
    close,
    entries,
  };
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
