// A glossary term shows its meaning where it stands: on hover, on focus and on touch. Without script it is a link.
let bubble: HTMLElement | null = null;
let owner: HTMLAnchorElement | null = null;

function close(): void {
  bubble?.remove();
  owner?.removeAttribute('aria-describedby');
  bubble = null;
  owner = null;
}

function open(term: HTMLAnchorElement): void {
  if (owner === term) return;
  close();
  owner = term;
  bubble = document.createElement('div');
  bubble.className = 'term-bubble';
  bubble.id = 'term-bubble';
  bubble.setAttribute('role', 'tooltip');
  const gloss = term.dataset['gloss'];
  if (gloss) {
    const strong = document.createElement('strong');
    strong.textContent = gloss;
    bubble.append(strong);
  }
  const sense = document.createElement('span');
  sense.textContent = term.dataset['sense'] ?? '';
  const more = document.createElement('a');
  more.href = term.href;
  more.textContent = term.dataset['more'] ?? '';
  bubble.append(sense, more);
  // Inside the block that holds the term, so that its language and its place in the reading order are right.
  document.body.append(bubble);
  bubble.lang = term.closest<HTMLElement>('[lang]')?.lang ?? '';
  term.setAttribute('aria-describedby', 'term-bubble');

  const at = term.getClientRects()[0] ?? term.getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const left = Math.max(12, Math.min(at.left, innerWidth - size.width - 12));
  const above = at.bottom + size.height + 12 > innerHeight && at.top > size.height + 12;
  bubble.style.left = `${left + scrollX}px`;
  bubble.style.top = `${(above ? at.top - size.height - 6 : at.bottom + 6) + scrollY}px`;
}

const hovers = matchMedia('(hover: hover)');
const termAt = (target: EventTarget | null): HTMLAnchorElement | null =>
  target instanceof Element ? target.closest<HTMLAnchorElement>('a.term') : null;

document.addEventListener('pointerover', (event) => {
  if (!hovers.matches || event.pointerType !== 'mouse') return;
  const term = termAt(event.target);
  if (term) open(term);
  else if (bubble && !(event.target instanceof Node && bubble.contains(event.target))) close();
});
document.addEventListener('focusin', (event) => {
  const term = termAt(event.target);
  if (term) open(term);
  else if (bubble && !(event.target instanceof Node && bubble.contains(event.target))) close();
});
document.addEventListener('click', (event) => {
  const term = termAt(event.target);
  // With a mouse or a keyboard the meaning already shows, and the link leads on; a finger gets the meaning first.
  if (term && event instanceof PointerEvent && event.pointerType === 'touch') {
    event.preventDefault();
    open(term);
  } else if (!term && bubble && !(event.target instanceof Node && bubble.contains(event.target))) close();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close();
});

export {};
