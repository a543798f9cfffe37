// One example's folder as elements: the same parts that site/components/Example.astro writes for a chapter, made here since
// the reader chooses the folder.
import { colouredLines } from './c-tokens.ts';
import { element, drawing } from './dom.ts';
import type { ExampleFolder, FolderFile } from './folder.ts';
import { fill, type Strings } from './strings.ts';

const isC = (name: string): boolean => /\.[ch]$/.test(name);

function plainLines(text: string): HTMLElement[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => element('span', { class: 'line', 'data-line': index + 1 }, `${line}\n`));
}

function tab(file: FolderFile, chosen: boolean, strings: Strings): HTMLElement {
  return element(
    'label',
    { class: file.broken ? 'broken' : undefined },
    element('input', { type: 'radio', name: 'file', value: file.name, checked: chosen }),
    element('span', { translate: 'no' }, file.name),
    file.broken ? element('span', { class: 'visually-hidden' }, `(${strings.broken})`) : null,
    element('span', { class: 'edited-mark', hidden: true }, strings.edited),
  );
}

function program(file: FolderFile, chosen: boolean, strings: Strings): HTMLElement {
  const lines = isC(file.name) ? colouredLines(file.text) : plainLines(file.text);
  return element(
    'div',
    { class: chosen ? 'program shown' : 'program', 'data-file': file.name, 'data-kind': file.kind },
    element(
      'div',
      { class: 'surface' },
      element(
        'pre',
        {
          class: 'code numbered',
          tabindex: 0,
          role: 'group',
          'aria-label': fill(strings.code, { file: file.name }),
          translate: 'no',
        },
        element('code', { lang: 'en' }, ...lines),
      ),
    ),
  );
}

/** parts of the result and panels beside it; of a patch or a module, those that know what to do with one */
const PANELS = 'packets trace replay problems path packets-edit bytecode live-maps linux';
const KERNEL_PANELS = 'problems packets-edit linux';

/** `key`: under which name the reader's versions are kept; `runs`: what the button for it says. */
export function folderView(
  folder: ExampleFolder,
  files: readonly FolderFile[],
  open: string,
  key: string,
  strings: Strings,
  runs: string,
  newFile: HTMLElement,
): HTMLElement {
  const main = files.find((file) => file.kind === 'program')?.name ?? '';
  const chosen = files.some((file) => file.name === open) ? open : main;
  const act = (action: string, label: string, more: Readonly<Record<string, string | boolean>> = {}): HTMLElement =>
    element('button', { type: 'button', 'data-action': action, ...more }, label);
  const run = act('run', '', { class: 'primary' });
  run.append(drawing('0 0 16 16', '<path d="M4 2.5v11l9-5.5z"/>'), runs);
  const edit = act('edit', '');
  edit.append(
    drawing('0 0 16 16', '<path d="M2 14l.8-3.4 8-8 2.6 2.6-8 8zM9.6 3.8l2.6 2.6" class="line"/>'),
    strings.edit,
  );
  const scenario = element('script', { type: 'application/json', class: 'scenario' });
  scenario.textContent = JSON.stringify(folder.scenario);
  const network = element('script', { type: 'application/json', class: 'network' });
  network.textContent = JSON.stringify(folder.network ?? null);
  const programs = element(
    'div',
    { class: 'programs' },
    ...files.map((file) => program(file, file.name === chosen, strings)),
  );
  // Reading needs no more than this: in a browser that is too old for the rest, the files can still be looked at.
  const shows = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    for (const one of programs.children) one.classList.toggle('shown', one.getAttribute('data-file') === value);
  };
  return element(
    'section',
    {
      class: 'example whole',
      'data-example': key,
      'data-main': main,
      'data-kind': folder.kind,
      'data-panels': folder.kind ? KERNEL_PANELS : PANELS,
      'aria-label': fill(strings.example, { name: folder.name }),
    },
    element(
      'div',
      { class: 'bench' },
      element(
        'div',
        { class: 'files' },
        element(
          'fieldset',
          { class: 'versions', onchange: shows },
          element('legend', { class: 'visually-hidden' }, strings.versions),
          ...files.map((file) => tab(file, file.name === chosen, strings)),
        ),
        newFile,
      ),
      programs,
      element('div', { class: 'notices' }),
      element(
        'div',
        { class: 'toolbar', role: 'group', 'aria-label': fill(strings.example, { name: folder.name }) },
        run,
        edit,
        act('cancel', strings.cancel, { hidden: true }),
        act('reset', strings.reset, { hidden: true }),
        element('p', { class: 'status', role: 'status' }),
      ),
    ),
    element(
      'div',
      { class: 'findings' },
      element('div', { class: 'problems', role: 'group', 'aria-label': strings.problems, hidden: true }),
      element(
        'div',
        { class: 'outcome' },
        element('p', { class: 'empty expected' }, strings['result-empty']),
        element('div', { class: 'result', hidden: true }),
      ),
    ),
    scenario,
    network,
  );
}
