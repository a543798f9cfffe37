// Marks in the table of contents where one is, and puts a link beside every heading.
import { sectionInView } from './sections.ts';

const links = new Map(
  [...document.querySelectorAll<HTMLAnchorElement>('.contents a')].map((link) => [link.hash.slice(1), link]),
);
let current: HTMLAnchorElement | undefined;

function mark(): void {
  const section = sectionInView();
  const link = section ? links.get(section.id) : undefined;
  if (link === current) return;
  current?.removeAttribute('aria-current');
  link?.setAttribute('aria-current', 'true');
  current = link;
}

let waiting = false;
addEventListener(
  'scroll',
  () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  },
  { passive: true },
);
mark();

const label = document.querySelector<HTMLElement>('.chapter')?.dataset['link'] ?? '';
for (const heading of document.querySelectorAll<HTMLElement>('.prose > :is(h2, h3)[id]')) {
  const link = document.createElement('a');
  link.className = 'anchor';
  link.href = `#${heading.id}`;
  link.textContent = '#';
  link.setAttribute('aria-label', `${label}: ${heading.textContent}`);
  heading.append(' ', link);
}
