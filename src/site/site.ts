// Facts about this publication of the course, in one place: where its sources are, and addresses within it.
import { existsSync } from 'node:fs';
import manifest from '../../package.json';

interface Manifest {
  readonly repository?: string | { readonly url: string };
}

/** `git+https://host/owner/name.git` and `https://host/owner/name` → `https://host/owner/name`; null when there is none. */
export function repositoryAddress(field: Manifest['repository']): string | null {
  const url = typeof field === 'string' ? field : field?.url;
  return url
    ? url
        .replace(/^git\+/, '')
        .replace(/\.git$/, '')
        .replace(/\/$/, '')
    : null;
}

/** Where the sources are: SOURCE_URL at build, or package.json's "repository"; null while neither says it. */
export const repository = repositoryAddress(process.env['SOURCE_URL'] || (manifest as Manifest).repository);

/** Where a reader mends a file; null while nobody said where the sources are. */
export const editAddress = (path: string, from = repository): string | null => from && `${from}/edit/main/${path}`;

/** Where a reader looks at a file, at a line of it. */
export const fileAddress = (path: string, line?: number | null, from = repository): string | null =>
  from && `${from}/blob/main/${path}${line ? `#L${line}` : ''}`;

/** The address of a page of ours, whatever folder the site is published under. */
export function page(...parts: readonly string[]): string {
  const base = import.meta.env.BASE_URL.replace(/\/$/, '');
  const path = parts.filter((part) => part !== '').join('/');
  return path === '' ? `${base}/` : `${base}/${path}/`;
}

/** The picture that a link to a page shows in a chat; a language without a card of its own (src/site/cards.ts) takes English's. */
export const cardFor = (language: string): string =>
  `${page().replace(/\/$/, '')}/card-${existsSync(`public/card-${language}.png`) ? language : 'en'}.png`;
