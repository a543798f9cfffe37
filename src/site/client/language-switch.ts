// Changing the language keeps the section that one is reading: heading ids are the same in every language.
import { sectionInView } from './sections.ts';

for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-language-switch]')) {
  link.addEventListener('click', () => {
    const section = sectionInView();
    link.hash = section ? `#${section.id}` : '';
  });
}
