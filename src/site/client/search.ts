// Opens the search by button or by "/"; everything that it needs is loaded then.
const button = document.querySelector<HTMLButtonElement>('[data-search]');

function open(): void {
  if (!button) return;
  button.setAttribute('aria-busy', 'true');
  void import('../search/dialog.ts')
    .then(({ openSearch }) => openSearch(button))
    .finally(() => button.removeAttribute('aria-busy'));
}

if (button) {
  button.dataset['ready'] = '';
  button.addEventListener('click', open);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.isContentEditable || target?.closest('input, textarea, select, .editor, dialog')) return;
    event.preventDefault();
    open();
  });
}

export {};
