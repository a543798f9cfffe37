// The reader's colours and text size, kept on the device. The first paint is set by the script in the head.
const key = 'meet-ebpf:looks';
const root = document.documentElement;
const device = matchMedia('(prefers-color-scheme: dark)');

interface Looks {
  theme?: string;
  size?: string;
}

function kept(): Looks {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Looks;
  } catch {
    return {};
  }
}

/** Kept for this visit even where the browser forbids storage. */
let looks = kept();

function apply(): void {
  const dark = looks.theme ? looks.theme === 'dark' : device.matches;
  root.dataset['theme'] = dark ? 'dark' : 'light';
  if (looks.size) root.dataset['size'] = looks.size;
  else delete root.dataset['size'];
  document.dispatchEvent(new CustomEvent('looks'));
}

function choose(name: 'theme' | 'size', value: string): void {
  const neutral = value === 'auto' || value === 'normal';
  looks = { ...looks, [name]: neutral ? undefined : value };
  apply();
  try {
    localStorage.setItem(key, JSON.stringify(looks));
  } catch {
    // Forbidden or full: the choice holds until the page is left.
  }
}

const menu = document.querySelector<HTMLDetailsElement>('[data-settings]');
if (menu) {
  menu.dataset['ready'] = '';
  for (const input of menu.querySelectorAll('input')) {
    const current = input.name === 'theme' ? (looks.theme ?? 'auto') : (looks.size ?? 'normal');
    input.checked = input.value === current;
    input.addEventListener('change', () => choose(input.name as 'theme' | 'size', input.value));
  }
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}
device.addEventListener('change', apply);
window.addEventListener('storage', (event) => {
  if (event.key !== key) return;
  looks = kept();
  apply();
});
