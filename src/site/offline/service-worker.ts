// The service worker: what a reader has seen is there without a network. Pages come from the network while it answers, so
// that nobody reads an old text; files whose names carry their hash come from the device. It asks no host but its own, and
// keeps nothing ahead of time unless the reader asks for it. One file without imports: src/site/integrations/offline.ts
// strips its types and writes it to /sw.js.

/** Changes with everything that is published. */
const VERSION = '__VERSION__';
const PAGES = 'meet-ebpf-pages';
const ASSETS = 'meet-ebpf-assets';
/** Milliseconds that a page is waited for before the kept one is shown. */
const PATIENCE = 4000;

/** What of the worker's surroundings is used; TypeScript knows the page's only. */
interface Surroundings {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  readonly request: Request;
  readonly data: { readonly kind?: unknown; readonly urls?: unknown } | null;
  readonly ports: readonly MessagePort[];
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}
const worker = self as unknown as Surroundings;
const scope = new URL(worker.registration.scope);

const isAsset = (url: URL): boolean => url.pathname.startsWith(`${scope.pathname}_astro/`);
const isOurs = (url: URL): boolean => url.origin === scope.origin && url.pathname.startsWith(scope.pathname);

/** Files with hashes that no page of this version names are no longer needed. */
async function tidy(): Promise<void> {
  const response = await fetch(`${scope.pathname}offline-files.json`);
  if (!response.ok) return;
  const { files } = (await response.json()) as { files: readonly { path: string }[] };
  const current = new Set(files.map((file) => file.path));
  const cache = await caches.open(ASSETS);
  for (const request of await cache.keys()) {
    if (!current.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim().then(() => tidy().catch(() => undefined)));
});

async function fromDevice(request: Request): Promise<Response> {
  const cache = await caches.open(ASSETS);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request.url, response.clone());
  return response;
}

async function fromNetwork(request: Request): Promise<Response> {
  const cache = await caches.open(PAGES);
  const { origin, pathname } = new URL(request.url);
  const key = origin + pathname;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE));
  const asked = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(key, response.clone());
    return response;
  });
  asked.catch(() => undefined);
  const kept = await cache.match(key);
  if (!kept) return asked.catch(() => missing(request));
  const first = await Promise.race([asked, late]).catch(() => null);
  return first ?? kept;
}

/** Said by the page that stands in for one that was never here. */
function missing(request: Request): Response {
  if (request.mode !== 'navigate') return Response.error();
  const text = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>eBPF</title>
<body style="font:18px/1.9 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1.25rem">
<p lang="my">အင်တာနက် မရှိပါဘူး။ ဒီစာမျက်နှာကိုလည်း ဒီစက်ထဲမှာ မသိမ်းထားသေးပါဘူး။</p>
<p lang="en">There is no network, and this page is not kept on this device yet.</p>
<p><a href="${scope.pathname}">eBPF မိတ်ဆက် · Meet eBPF</a></p>`;
  return new Response(text, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !isOurs(url)) return;
  event.respondWith(isAsset(url) ? fromDevice(request) : fromNetwork(request));
});

/** Keeps files, one after the other, and tells the page how far it is. */
async function keep(urls: readonly string[], cached: RequestCache, port: MessagePort | undefined): Promise<void> {
  let done = 0;
  let failed = 0;
  for (const address of urls) {
    const url = new URL(address, scope);
    if (isOurs(url)) {
      const cache = await caches.open(isAsset(url) ? ASSETS : PAGES);
      const key = url.origin + url.pathname;
      try {
        // What carries its hash in its name never changes.
        if (!isAsset(url) || !(await cache.match(key))) {
          const response = await fetch(key, { cache: cached });
          if (!response.ok) throw new Error(String(response.status));
          // A page that came by a redirection must not be given to somebody who asked for this address.
          const { headers } = response;
          await cache.put(key, response.redirected ? new Response(await response.blob(), { headers }) : response);
        }
      } catch {
        failed++;
      }
    }
    done++;
    port?.postMessage({ done, failed, version: VERSION });
  }
}

worker.addEventListener('message', (event) => {
  const { data, ports } = event;
  const urls = Array.isArray(data?.urls) ? data.urls.filter((url): url is string => typeof url === 'string') : [];
  // What the page has just loaded comes out of the browser's own cache: no byte is loaded twice.
  if (data?.kind === 'seen') event.waitUntil(keep(urls, 'force-cache', undefined));
  if (data?.kind === 'keep') event.waitUntil(keep(urls, 'default', ports[0]));
  if (data?.kind === 'forget') {
    event.waitUntil(Promise.all([caches.delete(PAGES), caches.delete(ASSETS)]).then(() => ports[0]?.postMessage({})));
  }
});
