// Two languages side by side, block beside block: the other language's page is fetched and its blocks are set beside ours.
// Sections are matched by heading id, blocks by their order within a section.

interface Section {
  readonly id: string;
  readonly blocks: Element[];
}

function sectionsOf(prose: Element): Section[] {
  const sections: { id: string; blocks: Element[] }[] = [{ id: '', blocks: [] }];
  for (const block of prose.children) {
    if (/^H[23]$/.test(block.tagName) && block.id) sections.push({ id: block.id, blocks: [] });
    sections.at(-1)?.blocks.push(block);
  }
  return sections;
}

/** Code and drawings say the same in both languages, and a notice is about one of them: they are not repeated. */
const shared = (block: Element): boolean =>
  block.matches('.example, .excerpt, .diagram, .section-notice, script, style');

function beside(theirs: Element, language: string): HTMLElement {
  const cell = document.createElement('div');
  cell.className = 'other-language';
  cell.lang = language;
  const copy = theirs.cloneNode(true) as Element;
  for (const element of [copy, ...copy.querySelectorAll('[id]')]) element.removeAttribute('id');
  cell.append(copy);
  return cell;
}

function weave(prose: Element, other: Element, language: string): void {
  const theirs = new Map(sectionsOf(other).map((section) => [section.id, section]));
  for (const section of sectionsOf(prose)) {
    const blocks = (theirs.get(section.id)?.blocks ?? []).filter((block) => !shared(block));
    for (const block of section.blocks) {
      if (shared(block)) continue;
      const match = blocks.shift();
      const row = document.createElement('div');
      row.className = 'pair';
      block.replaceWith(row);
      row.append(block);
      if (match) row.append(beside(match, language));
    }
    const lastRow = [...prose.querySelectorAll('.pair')].findLast((row) =>
      section.blocks.includes(row.firstElementChild ?? row),
    );
    for (const extra of blocks) lastRow?.append(beside(extra, language));
  }
}

function unweave(prose: Element): void {
  for (const row of prose.querySelectorAll('.pair')) {
    const own = row.firstElementChild;
    if (own) row.replaceWith(own);
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button.both')) {
  const both = button.textContent;
  const status = document.querySelector('.both-status');
  button.addEventListener('click', () => {
    void (async () => {
      const chapter = document.querySelector('.chapter');
      const prose = document.querySelector('.prose');
      if (!chapter || !prose) return;
      if (button.getAttribute('aria-pressed') === 'true') {
        unweave(prose);
        chapter.classList.remove('side-by-side');
        button.setAttribute('aria-pressed', 'false');
        button.textContent = both;
        return;
      }
      try {
        const response = await fetch(button.dataset['both'] ?? '');
        if (!response.ok) throw new Error(String(response.status));
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        const other = page.querySelector('.prose');
        if (!other) throw new Error('no text');
        weave(prose, other, page.documentElement.lang);
        chapter.classList.add('side-by-side');
        button.setAttribute('aria-pressed', 'true');
        button.textContent = button.dataset['one'] ?? '';
        if (status) status.textContent = '';
      } catch {
        if (status) status.textContent = button.dataset['failed'] ?? '';
      }
    })();
  });
}

export {};
