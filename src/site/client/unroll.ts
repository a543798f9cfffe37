// Lays a chapter out piece by piece while nothing else is to be done: shaping a whole chapter of Burmese in one go keeps a slow phone from
// answering for a third of a second. Whatever the reader does first (scrolls, taps, types, prints) lays out all the rest at once, so that
// nothing moves under a finger. Without this script the browser lays out what comes near (styles/chapter.css).
const BUDGET = 6; // ms at a time
const SIGNS = ['scroll', 'wheel', 'pointerdown', 'touchstart', 'keydown', 'hashchange', 'beforeprint', 'resize'];

const root = document.documentElement;
const pieces = [...document.querySelectorAll<HTMLElement>('.prose > *')];
const soon = (work: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 500 });
  else setTimeout(work, 20);
};

function finish(): void {
  for (const sign of SIGNS) removeEventListener(sign, finish, true);
  root.removeAttribute('data-unrolling');
  for (const piece of pieces) piece.style.removeProperty('content-visibility');
}

let next = 0;
function unroll(): void {
  if (!root.hasAttribute('data-unrolling')) return;
  const end = performance.now() + BUDGET;
  while (next < pieces.length && performance.now() < end) {
    const piece = pieces[next++];
    piece?.style.setProperty('content-visibility', 'visible');
    // Asking for its place is what lays it out.
    piece?.getBoundingClientRect();
  }
  if (next < pieces.length) soon(unroll);
  else finish();
}

if (root.hasAttribute('data-unrolling')) {
  for (const sign of SIGNS) addEventListener(sign, finish, { capture: true, passive: true });
  soon(unroll);
}

export {};
