// The way to a Linux machine of one's own: the exact commands, the folder as it is now, the object that was just compiled.
import { element } from './dom.ts';
import { download } from './download.ts';
import type { Panel, PanelContext } from './panels.ts';
import { fill } from './strings.ts';
import { loadWayStrings } from './way-strings.ts';
import { zip, type ZipEntry } from './zip.ts';

/** What goes along besides the project's own files; the page that knows the example sets it. */
export interface LinuxBundle {
  readonly name: string;
  readonly entries: () => readonly ZipEntry[];
}
const bundles = new WeakMap<HTMLElement, LinuxBundle>();
export const offerBundle = (root: HTMLElement, bundle: LinuxBundle): void => void bundles.set(root, bundle);

export function linuxPanel(context: PanelContext, root: HTMLElement): Panel {
  const { strings, lab } = context;
  // In a chapter the folder is the one of the course; on the playground page it comes along, with the reader's changes.
  const bundle = bundles.get(root);
  const example = bundle?.name ?? root.dataset['example'] ?? '';
  const said = element('p', { role: 'status' });
  /** a module or a patch is tried in qemu, never in the machine that one works at */
  const { target: inKernel } = context.project();
  const intro = element('p', {}, inKernel ? '' : strings[bundle ? 'linux-page' : 'linux-text']);
  if (inKernel)
    void loadWayStrings(context.language).then((ways) => (intro.textContent = ways[`linux-text-${inKernel}`]));
  const text = [
    ...(bundle ? [`unzip ${example}.zip`] : []),
    `cd examples/${example}`,
    ...(inKernel ? ['make try'] : ['make check', 'make', 'sudo make demo']),
  ].join('\n');
  const content = element(
    'div',
    { class: 'linux-panel' },
    intro,
    element(
      'pre',
      { class: 'commands', tabindex: 0, role: 'group', 'aria-label': strings.linux, translate: 'no' },
      element('code', { lang: 'en' }, text),
    ),
    element(
      'div',
      { class: 'panel-actions' },
      element('button', { type: 'button', 'data-action': 'copy', onclick: () => void copy() }, strings.copy),
      bundle
        ? element(
            'button',
            { type: 'button', 'data-action': 'zip', onclick: () => void folder(bundle) },
            strings['download-folder'],
          )
        : null,
      inKernel
        ? null
        : element(
            'button',
            { type: 'button', 'data-action': 'object', onclick: () => void object() },
            strings['download-object'],
          ),
      said,
    ),
  );

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = strings.copied;
    } catch {
      said.textContent = strings['copy-failed'];
    }
  }
  async function folder({ name, entries }: LinuxBundle): Promise<void> {
    download(`${name}.zip`, 'application/zip', await zip(entries()));
  }
  async function object(): Promise<void> {
    const project = context.project();
    const outcome = await lab.bytecode(project);
    const report = outcome.ok ? outcome.report : null;
    if (!report) {
      said.textContent = strings['compile-failed'];
      return;
    }
    const name = project.main.replace(/\.c$/, '.o');
    download(name, 'application/octet-stream', report.object);
    said.textContent = fill(strings.object, { bytes: report.object.length });
  }
  return { name: 'linux', title: 'Linux', content };
}
