// What a page with the three-way comparison loads: it waits. Lab, words and programs come with the first Start.
import type { ThreeWays } from './three-ways.ts';

for (const root of document.querySelectorAll<HTMLElement>('[data-three-ways]')) {
  let opened: Promise<ThreeWays> | null = null;
  const say = (text: string | undefined): void => {
    const status = root.querySelector('.status');
    if (status) status.textContent = text ?? '';
  };
  root.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    const slow = setTimeout(() => say(root.dataset['loading']), 300);
    opened ??= import('./three-ways.ts').then((module) => module.openThreeWays(root));
    opened
      .then((it) => {
        clearTimeout(slow);
        return it.start();
      })
      .catch(() => {
        clearTimeout(slow);
        opened = null;
        say(root.dataset['missing']);
      });
  });
}
