// Opens the search by button or by "/"; everything that it needs is loaded then.
const button = document.querySelector<HTMLButtonElement>('[data-search]');

/** What is typed between the wish to search and the field being there; null: nobody waits for it, or no longer. */
let typed: string | null = null;

function open(): void {
  if (!button || typed !== null) return;
  typed = '';
  button.setAttribute('aria-busy', 'true');
  void import('../search/dialog.ts')
    .then(({ openSearch }) => {
      if (typed !== null) openSearch(button, typed);
    })
    .finally(() => {
      typed = null;
      button.removeAttribute('aria-busy');
    });
}

if (button) {
  button.dataset['ready'] = '';
  button.addEventListener('click', open);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typed !== null && event.key === 'Escape') {
      typed = null;
      return;
    }
    if (typed !== null && ([...event.key].length === 1 || event.key === 'Backspace')) {
      typed = event.key === 'Backspace' ? typed.slice(0, -1) : typed + event.key;
      event.preventDefault();
      return;
    }
    if (event.key !== '/') return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.isContentEditable || target?.closest('input, textarea, select, .editor, dialog')) return;
    event.preventDefault();
    open();
  });
}

export {};
