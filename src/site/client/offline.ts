// Reading without a network: what was seen stays readable by itself; a whole language is kept on request, with its size said
// before. The button is in the page's foot (components/KeepOffline.astro).
import { filesFor, type OfflineFiles, type OfflineSizes } from '../offline/choice.ts';

const KEPT = 'meet-ebpf:offline';
const place = document.querySelector<HTMLElement>('[data-keep-offline]');
const base = place?.dataset['base'] ?? '/';

async function json<T>(name: string): Promise<T> {
  const response = await fetch(base + name);
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as T;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function remember(version: string | null): void {
  try {
    if (version === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, version);
  } catch {
    // Then the button offers it once more at the next visit; what is kept is not loaded again.
  }
}

async function offer(registration: ServiceWorkerRegistration, at: HTMLElement): Promise<void> {
  const { version, sizes } = await json<OfflineSizes>('offline.json');
  const { dataset } = at;
  const language = document.documentElement.lang;
  const device = matchMedia('(pointer: coarse)').matches ? 'touch' : 'mouse';
  const bytes = sizes[language]?.[device];
  if (bytes === undefined) return;
  const fill = (text: string | undefined, values: Readonly<Record<string, string | number>>): string =>
    (text ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const button = document.createElement('button');
  button.type = 'button';
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  const idle = (): void => {
    const kept = remembered();
    const label = kept === null ? dataset['keep'] : kept === version ? dataset['forget'] : dataset['renew'];
    button.textContent = fill(label, { size: (bytes / 1e6).toFixed(1) });
    button.disabled = false;
  };

  async function forget(worker: ServiceWorker): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const done = new Promise((resolve) => (port1.onmessage = resolve));
    worker.postMessage({ kind: 'forget' }, [port2]);
    await done;
    remember(null);
    status.textContent = dataset['forgotten'] ?? '';
    idle();
  }

  async function keep(worker: ServiceWorker): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    button.disabled = true;
    const list = await json<OfflineFiles>('offline-files.json');
    const languages = (dataset['languages'] ?? '').split(' ');
    const files = filesFor(list, { base, language, languages, device });
    // Asked for, so it should stay: the browser may otherwise clear it when room gets scarce.
    void navigator.storage?.persist?.().catch(() => undefined);
    port1.onmessage = ({ data }: MessageEvent<{ done: number; failed: number }>) => {
      const ended = data.done === files.length;
      button.textContent = fill(dataset['keeping'], { percent: Math.round((100 * data.done) / files.length) });
      if (!ended) return;
      if (data.failed === 0) remember(list.version);
      status.textContent = (data.failed === 0 ? dataset['kept'] : dataset['failed']) ?? '';
      idle();
    };
    worker.postMessage({ kind: 'keep', urls: files.map((file) => file.path) }, [port2]);
  }

  button.addEventListener('click', () => {
    const worker = registration.active;
    if (!worker) return;
    status.textContent = '';
    if (remembered() === version) return void forget(worker);
    keep(worker).catch(() => {
      status.textContent = dataset['failed'] ?? '';
      idle();
    });
  });
  idle();
  at.replaceChildren(button, status);
  at.hidden = false;
}

/** Once the page is read and quiet: nothing of this competes with the text. */
async function start(at: HTMLElement): Promise<void> {
  const registration = await navigator.serviceWorker.register(`${base}sw.js`, { scope: base });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
  active?.postMessage({ kind: 'seen', urls: [location.href.replace(/#.*$/, ''), ...loaded] });
  await offer(registration, at);
}

if (place && 'serviceWorker' in navigator && import.meta.env.PROD) {
  const begin = (): void => {
    const work = (): void => void start(place).catch(() => undefined);
    if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 5000 });
    else setTimeout(work, 1500);
  };
  if (document.readyState === 'complete') begin();
  else window.addEventListener('load', begin, { once: true });
}
