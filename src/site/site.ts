// Facts about this publication of the course, in one place: where its sources are, and addresses within it.
import manifest from '../../package.json';

interface Manifest {
  readonly repository?: string | { readonly url: string };
}

/** `git+https://host/owner/name.git` and `https://host/owner/name` → `https://host/owner/name`; null when there is none. */
export function repositoryAddress(field: Manifest['repository']): string | null {
  const url = typeof field === 'string' ? field : field?.url;
  return url ? url.replace(/^git\+/, '').replace(/\.git$/, '') : null;
}

/** Where a reader mends a file; null while package.json names no repository. */
export function editAddress(
  path: string,
  repository = repositoryAddress((manifest as Manifest).repository),
): string | null {
  return repository && `${repository}/edit/main/${path}`;
}

/** The address of a page of ours, whatever folder the site is published under. */
export function page(...parts: readonly string[]): string {
  const base = import.meta.env.BASE_URL.replace(/\/$/, '');
  const path = parts.filter((part) => part !== '').join('/');
  return path === '' ? `${base}/` : `${base}/${path}/`;
}
