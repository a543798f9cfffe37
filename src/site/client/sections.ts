// Which section is being read?

/** The last heading above the upper third of the window; null above the first one. */
export function sectionInView(): HTMLElement | null {
  const line = innerHeight / 3;
  let found: HTMLElement | null = null;
  for (const heading of document.querySelectorAll<HTMLElement>('.prose :is(h2, h3)[id]')) {
    if (heading.getBoundingClientRect().top > line) break;
    found = heading;
  }
  return found;
}
