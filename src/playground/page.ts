// What every page with an example loads: it waits. The lab comes with the first Run, an editor with the first Edit, and
// both only then. Where the reader's own version is kept on the device, it is shown at once.
import { hasKept } from './keep.ts';
import { missingFeatures } from './too-old.ts';
import type { Workbench } from './workbench.ts';

for (const root of document.querySelectorAll<HTMLElement>('[data-example]')) {
  let workbench: Promise<Workbench> | null = null;
  const open = (): Promise<Workbench> => {
    workbench ??= import('./workbench.ts').then((module) => module.openWorkbench(root));
    workbench.catch(() => (workbench = null));
    return workbench;
  };
  // The words for these two moments cannot come with what is being loaded; the page carries them.
  const say = (text: string | undefined): void => {
    const status = root.querySelector('.status');
    if (status) status.textContent = text ?? '';
  };
  const act = (name: 'run' | 'edit'): void => {
    const missing = missingFeatures();
    if (missing.length > 0) return say(`${root.dataset['old'] ?? ''} ${missing.join(', ')}`);
    const slow = setTimeout(() => say(root.dataset['loading']), 300);
    open()
      .then((it) => {
        clearTimeout(slow);
        say('');
        return it[name]();
      })
      .catch(() => {
        clearTimeout(slow);
        say(root.dataset['missing']);
      });
  };
  root.querySelector('[data-action="run"]')?.addEventListener('click', () => act('run'));
  root.querySelector('[data-action="edit"]')?.addEventListener('click', () => act('edit'));
  const files = [...root.querySelectorAll<HTMLElement>('.program')].map((program) => program.dataset['file'] ?? '');
  if (files.some((file) => hasKept(root.dataset['example'] ?? '', file))) void open();
}
