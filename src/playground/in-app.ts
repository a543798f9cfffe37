// Windows inside other apps (Facebook, Telegram …): what is typed there may be gone with the window, and their storage is not the browser's. Who
// begins to edit is told so, and given a link that carries the work to a real browser, and a file.
import { element } from './dom.ts';
import { download } from './download.ts';
import { asFile, everything } from './own-work.ts';
import { toFragment, type Shared } from './share.ts';
import type { Strings } from './strings.ts';

const APPS: readonly (readonly [RegExp, string])[] = [
  [/\bFBA[NV]\/|\bFB_IAB\b|\bFBIOS\b/, 'Facebook'],
  [/\bInstagram\b/, 'Instagram'],
  [/\bTelegram/i, 'Telegram'],
  [/\bViber\b/i, 'Viber'],
  [/\bLine\//, 'LINE'],
  [/\bMicroMessenger\b/, 'WeChat'],
  // Any other Android app that shows pages in a window of its own (Android's documentation of WebView's user agent).
  [/\bAndroid\b.*;\s*wv\)/, 'app'],
];

/** Name of the app whose window this is, 'app' for one that does not say; null: a browser. */
export function inAppBrowser(userAgent: string): string | null {
  return APPS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
}

export interface InAppHost {
  readonly strings: Strings;
  /** address of the playground page */
  readonly address: string;
  /** what the reader made of this example */
  shared(): Shared;
  notice(name: string, text: string, ...actions: readonly HTMLElement[]): void;
}

/** Says where one is, once, with a way out that loses nothing. */
export function offerBrowser(host: InAppHost): void {
  const { strings } = host;
  const button = (label: string, act: () => void): HTMLElement =>
    element('button', { type: 'button', onclick: act }, label);

  async function link(): Promise<void> {
    const fragment = await toFragment(host.shared());
    const address = host.address.replace(/#.*$/, '');
    const field = element('input', {
      type: 'text',
      readonly: true,
      value: fragment === null ? address : `${address}#${fragment}`,
      'aria-label': strings['share-link'],
    });
    field.addEventListener('focus', () => field.select());
    let copied = false;
    try {
      await navigator.clipboard.writeText(field.value);
      copied = true;
    } catch {
      // Then the reader copies it by hand.
    }
    host.notice('in-app', copied ? strings['in-app-copied'] : strings['in-app-copy'], field, ...ways());
    if (!copied) field.select();
  }
  const ways = (): HTMLElement[] => [
    button(strings['in-app-link'], () => void link()),
    button(strings['export-all'], () => download('meet-ebpf.json', 'application/json', asFile(everything()))),
  ];
  host.notice('in-app', strings['in-app'], ...ways());
}
