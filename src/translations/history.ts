// What did the original say when the translation was last accepted? Only git's history can tell; where there is none (a
// shallow clone, an unpacked archive) the answer is null, and the caller shows the whole section instead.
import { spawnSync } from 'node:child_process';
import { shortId } from './blob.ts';
import { parseText } from './mdx.ts';

/** Standard output of git, or null when git is absent or refuses. */
function git(root: string, ...parameters: string[]): string | null {
  const done = spawnSync('git', ['-C', root, ...parameters], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return done.status === 0 ? done.stdout : null;
}

/** Every version of a file that the history holds, newest first. */
function* versions(root: string, path: string): Generator<string> {
  for (const commit of (git(root, 'log', '--format=%H', '--', path) ?? '').split('\n')) {
    const source = commit === '' ? null : git(root, 'show', `${commit}:${path}`);
    if (source !== null) yield source.replace(/\r\n/g, '\n');
  }
}

/** The section of `path` whose short id is `pin`, as it was written then. */
export function sectionThen(root: string, path: string, section: string, pin: string): string | null {
  for (const source of versions(root, path)) {
    const found = parseText(path, source).sections.find((candidate) => candidate.id === section);
    if (found && shortId(found.source) === pin) return found.source;
  }
  return null;
}

/** The version of `path` whose short id is `pin`. */
export function fileThen(root: string, path: string, pin: string): string | null {
  for (const source of versions(root, path)) if (shortId(source) === pin) return source;
  return null;
}
