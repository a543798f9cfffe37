// The playground page: which example is on it, the reader's own files beside the course's, links that carry a program, and
// everything as a file.
import { element } from './dom.ts';
import { download } from './download.ts';
import { isFileName, kindOf, type ExampleFolder, type FolderFile } from './folder.ts';
import { folderView } from './folder-view.ts';
import { offerBundle } from './linux-panel.ts';
import type { MenuItem } from './menu.ts';
import { ownPackets, packetKeeper, packetsText } from './own-packets.ts';
import { addOwnFile, asFile, everything, fromFile, ownFiles, ownText, removeOwnFile, takeIn } from './own-work.ts';
import { fromFragment, LINK_LIMIT, TEXT_LIMIT, toFragment, type Shared } from './share.ts';
import { fill, loadStrings, type Strings } from './strings.ts';
import { missingFeatures } from './too-old.ts';
import { loadWayStrings } from './way-strings.ts';
import type { Workbench } from './workbench.ts';
import { crc32 } from './zip.ts';

const page = document.querySelector<HTMLElement>('.playground');
const place = page?.querySelector<HTMLElement>('.playground-place');
const notices = page?.querySelector<HTMLElement>('.playground-notices');
const select = page?.querySelector('select');

if (page && place && notices && select) {
  loadStrings(document.documentElement.lang)
    .then((strings) => start({ page, place, notices, select, strings }))
    .catch(() => notices.replaceChildren(element('p', {}, page.dataset['missing'] ?? '')));
}

interface PageParts {
  readonly page: HTMLElement;
  readonly place: HTMLElement;
  readonly notices: HTMLElement;
  readonly select: HTMLSelectElement;
  readonly strings: Strings;
}

function start({ page, place, notices, select, strings }: PageParts): void {
  const names = [...select.options].map((option) => option.value);
  /** The reference's programs are too many to choose from, but a link may name one. */
  const isKnown = (name: string): boolean => names.includes(name) || /^message-[a-z0-9-]{1,60}$/.test(name);
  /** the course's first example greets whoever asks for none */
  const first = names.includes('xdp-drop') ? 'xdp-drop' : (names[0] ?? '');
  const folders = new Map<string, Promise<ExampleFolder>>();
  let bench: Workbench | null = null;
  /** what is on the page; `shared` when it is somebody else's */
  let shown: { folder: ExampleFolder; shared: Shared | null; key: string } | null = null;
  let number = 0;

  function notice(text: string, ...actions: readonly HTMLElement[]): void {
    notices.replaceChildren(element('div', { class: 'notice', role: 'status' }, element('span', {}, text), ...actions));
  }
  const button = (label: string, act: () => void): HTMLElement =>
    element('button', { type: 'button', onclick: act }, label);

  function folderNamed(name: string): Promise<ExampleFolder> {
    let folder = folders.get(name);
    if (!folder) {
      folder = fetch(`${page.dataset['folders'] ?? ''}${name}.json`).then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.json() as Promise<ExampleFolder>;
      });
      folders.set(name, folder);
      folder.catch(() => folders.delete(name));
    }
    return folder;
  }

  /** The example's files with the reader's own beside them, or with what was shared in their place. */
  function filesOf(folder: ExampleFolder, shared: Shared | null): FolderFile[] {
    const own = (name: string, text: string): FolderFile => ({
      name,
      text,
      kind: kindOf(name, folder.kind),
      broken: false,
    });
    const course = folder.files.map((file) => ({ ...file, text: shared?.files[file.name] ?? file.text }));
    const known = new Set(course.map((file) => file.name));
    const more = shared
      ? Object.entries(shared.files).filter(([name]) => !known.has(name))
      : ownFiles(folder.name)
          .filter((name) => !known.has(name))
          // An empty original: whatever is in it is the reader's.
          .map((name) => [name, ''] as const);
    return [...course, ...more.map(([name, text]) => own(name, text))];
  }

  async function show(name: string, open: string, shared: Shared | null): Promise<void> {
    const mine = ++number;
    let folder: ExampleFolder;
    try {
      folder = await folderNamed(name);
    } catch {
      return notice(page.dataset['missing'] ?? '');
    }
    if (mine !== number) return;
    bench?.close();
    if (![...select.options].some((option) => option.value === name)) select.add(new Option(name, name));
    select.value = name;
    const files = filesOf(folder, shared);
    // Somebody else's program has a place of its own, so that nothing of the reader's is touched.
    const key = shared
      ? `~${name}-${crc32(new TextEncoder().encode(JSON.stringify([shared.files, shared.packets ?? null]))).toString(16)}`
      : name;
    shown = { folder, shared, key };
    if (shared?.packets && ownPackets(key) === null) packetKeeper(key).save(packetsText(shared.packets), {});
    const runs = folder.kind
      ? (await loadWayStrings(document.documentElement.lang))[`run-${folder.kind}`]
      : strings.run;
    if (mine !== number) return;
    const root = folderView(folder, files, open, key, strings, runs, shared ? element('span') : newFileButton());
    place.replaceChildren(root);
    offerBundle(root, { name, entries: () => bundle(folder) });
    const missing = missingFeatures();
    if (missing.length > 0) return notice(`${strings['too-old']} ${missing.join(', ')}`);
    const { openWorkbench } = await import('./workbench.ts');
    const opened = await openWorkbench(root, { menu: () => menuItems() });
    if (mine !== number) return opened.close();
    bench = opened;
    root.querySelector('[data-action="run"]')?.addEventListener('click', () => void opened.run());
    root.querySelector('[data-action="edit"]')?.addEventListener('click', () => void opened.edit());
    root.dataset['ready'] = '';
  }

  // ---------------------------------------------------------------- the reader's own files

  function newFileButton(): HTMLElement {
    const add = element('button', { type: 'button', class: 'new-file', title: strings['new-file'] }, '+');
    add.setAttribute('aria-label', strings['new-file']);
    add.addEventListener('click', askForName);
    return add;
  }

  function askForName(): void {
    const input = element('input', { type: 'text', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' });
    const label = element('label', {}, element('span', {}, strings['new-file-name']), input);
    const wrong = element('p', { class: 'wrong', role: 'alert' });
    const form = element(
      'form',
      { class: 'notice new-file-form' },
      label,
      element('button', { type: 'submit' }, strings.add),
      button(strings.cancel, () => notices.replaceChildren()),
      wrong,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!shown) return;
      const taken = filesOf(shown.folder, null).some((file) => file.name === name);
      if (!isFileName(name) || taken) {
        wrong.textContent = strings['new-file-bad'];
        input.focus();
        return;
      }
      notices.replaceChildren();
      const first = name.endsWith('.h') ? '#pragma once\n' : '// SPDX-License-Identifier: GPL-2.0-only OR MIT\n';
      const outcome = addOwnFile(shown.folder.name, name, first);
      if (outcome === 'full' || outcome === 'forbidden') notice(strings[`storage-${outcome}`]);
      void show(shown.folder.name, name, null);
    });
    notices.replaceChildren(form);
    input.focus();
  }

  function openFile(): string {
    return place.querySelector<HTMLInputElement>('.versions input:checked')?.value ?? '';
  }

  // ---------------------------------------------------------------- out of the page

  /** What differs from the course's files: that is what is shared. */
  function changes(): Shared | null {
    if (!shown || !bench) return null;
    const course = new Map(shown.folder.files.map((file) => [file.name, file.text]));
    const files: Record<string, string> = {};
    for (const { file, text } of bench.programs.values()) if (course.get(file) !== text) files[file] = text;
    const packets = ownPackets(shown.key);
    return { example: shown.folder.name, files, open: openFile(), ...(packets ? { packets } : {}) };
  }

  async function share(): Promise<void> {
    const what = changes();
    if (!what) return;
    const fragment = await toFragment(what);
    if (fragment === null || fragment.length > LINK_LIMIT) {
      notice(
        fragment === null
          ? strings['share-file']
          : fill(strings['share-large'], { bytes: fragment.length, limit: LINK_LIMIT }),
      );
      return download(`${what.example}.ebpf.json`, 'application/json', asFile([what]));
    }
    const link = `${location.href.replace(/#.*$/, '')}#${fragment}`;
    const field = element('input', { type: 'text', readonly: true, value: link, 'aria-label': strings['share-link'] });
    field.addEventListener('focus', () => field.select());
    let copied = false;
    try {
      await navigator.clipboard.writeText(link);
      copied = true;
    } catch {
      // Then the reader copies it by hand.
    }
    notice(copied ? strings['share-copied'] : strings['share-link'], field);
    if (!copied) field.select();
  }

  function bundle({
    name,
    files,
    beside,
    shared,
  }: ExampleFolder): { path: string; bytes: Uint8Array; executable?: boolean }[] {
    const encoder = new TextEncoder();
    const texts = new Map([...files, ...(beside ?? [])].map((file) => [file.name, file.text]));
    for (const { file, text } of bench?.programs.values() ?? []) texts.set(file, text);
    const entry = (path: string, text: string) => ({
      path,
      bytes: encoder.encode(text),
      executable: path.endsWith('.sh') || path.endsWith('/init'),
    });
    return [
      ...shared.map((file) => entry(`examples/${file.name}`, file.text)),
      ...[...texts].map(([file, text]) => entry(`examples/${name}/${file}`, text)),
    ];
  }

  // ---------------------------------------------------------------- into the page

  function offerShared(shared: Shared): void {
    if (!isKnown(shared.example)) return notice(fill(strings['missing-example'], { name: shared.example }));
    const look = button(strings['shared-look'], () => {
      void show(shared.example, shared.open, shared).then(() => {
        notice(
          strings['shared-showing'],
          button(strings['shared-take'], () => void take([shared])),
          button(strings['shared-leave'], () => {
            notices.replaceChildren();
            void show(shared.example, shared.open, null);
          }),
        );
      });
    });
    notice(strings['shared-title'], look);
  }

  async function take(projects: readonly Shared[]): Promise<void> {
    let count = 0;
    let open: { example: string; file: string } | null = null;
    bench?.close();
    bench = null;
    for (const project of projects) {
      if (!isKnown(project.example)) continue;
      const folder = await folderNamed(project.example);
      const taken = takeIn(project, new Set(folder.files.map((file) => file.name)));
      count += taken.size;
      open ??= { example: project.example, file: taken.get(project.open) ?? [...taken.values()][0] ?? '' };
    }
    if (open) await show(open.example, open.file, null);
    notice(projects.length === 1 ? strings['shared-taken'] : fill(strings['import-done'], { count }));
  }

  function importFile(): void {
    const input = element('input', { type: 'file', accept: '.json,application/json' });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (!file) return;
      if (file.size > TEXT_LIMIT * 4) return notice(fill(strings['import-large'], { bytes: file.size }));
      void file.text().then((text) => {
        const projects = fromFile(text);
        if (!projects) return notice(strings['import-bad']);
        return take(projects);
      });
    });
    input.click();
  }

  function menuItems(): MenuItem[] {
    const file = openFile();
    const own = shown !== null && !shown.shared && !shown.folder.files.some((candidate) => candidate.name === file);
    return [
      { label: strings.share, act: () => void share() },
      {
        label: strings['save-file'],
        act() {
          const what = changes();
          if (what) download(`${what.example}.ebpf.json`, 'application/json', asFile([what]));
        },
      },
      { label: strings['open-file'], act: importFile },
      {
        label: strings['export-all'],
        act: () => download('meet-ebpf.json', 'application/json', asFile(everything())),
      },
      ...(own
        ? [
            {
              label: fill(strings['delete-file'], { file }),
              act() {
                if (!shown) return;
                const { name } = shown.folder;
                const text = ownText(name, file) ?? '';
                removeOwnFile(name, file);
                void show(name, '', null).then(() =>
                  notice(
                    fill(strings['deleted-file'], { file }),
                    button(strings['undo-reset'], () => {
                      notices.replaceChildren();
                      addOwnFile(name, file, text);
                      void show(name, file, null);
                    }),
                  ),
                );
              },
            },
          ]
        : []),
    ];
  }

  // ---------------------------------------------------------------- the address

  async function follow(): Promise<void> {
    const fragment = location.hash.replace(/^#/, '');
    const asked = new URLSearchParams(fragment);
    const wanted = asked.get('example');
    const name = wanted !== null && isKnown(wanted) ? wanted : first;
    if (asked.has('p')) {
      const shared = await fromFragment(fragment);
      const example = shared && isKnown(shared.example) ? shared.example : name;
      // First the reader's own; what was shared waits until it is asked for.
      await show(example, '', null);
      return shared ? offerShared(shared) : notice(strings['shared-bad']);
    }
    if (wanted !== null && name !== wanted) notice(fill(strings['missing-example'], { name: wanted.slice(0, 64) }));
    await show(name, asked.get('file') ?? '', null);
  }

  select.disabled = false;
  select.addEventListener('change', () => {
    notices.replaceChildren();
    history.replaceState(null, '', `#example=${select.value}`);
    void show(select.value, '', null);
  });
  window.addEventListener('hashchange', () => void follow());
  void follow();
}
