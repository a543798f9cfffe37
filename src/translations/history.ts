// What did the original say when the translation was last accepted? Only git's history can tell; where there is none (a
// shallow clone, an unpacked archive) the answer is null, and the caller shows the whole section instead.
import { spawnSync } from 'node:child_process';
import { shortId } from './blob.ts';
import { parseText } from './mdx.ts';

/** Standard output of git; empty when git is absent or refuses. */
function git(root: string, parameters: readonly string[], input = ''): Buffer {
  const done = spawnSync('git', ['-C', root, ...parameters], { input, maxBuffer: 256 << 20 });
  return done.status === 0 ? done.stdout : Buffer.alloc(0);
}

const known = new Map<string, readonly string[]>();

/** Every version of a file that the history holds, newest first. Two processes, however long the history is. */
function versions(root: string, path: string): readonly string[] {
  const key = `${root}\0${path}`;
  const found = known.get(key) ?? readVersions(root, path);
  known.set(key, found);
  return found;
}

function readVersions(root: string, path: string): string[] {
  const commits = git(root, ['log', '--format=%H', '--', path]).toString('utf8').split('\n').filter(Boolean);
  if (commits.length === 0) return [];
  const answer = git(root, ['cat-file', '--batch'], commits.map((commit) => `${commit}:${path}\n`).join(''));
  const texts: string[] = [];
  // Each version: a line "ID blob SIZE", SIZE bytes, a line end; a version without the file: a line "… missing".
  for (let at = 0; at < answer.length;) {
    const end = answer.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(answer.toString('utf8', at, end))?.[1] ?? -1);
    at = end + 1;
    if (size < 0) continue;
    texts.push(answer.toString('utf8', at, at + size).replace(/\r\n/g, '\n'));
    at += size + 1;
  }
  return texts;
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
export const fileThen = (root: string, path: string, pin: string): string | null =>
  versions(root, path).find((source) => shortId(source) === pin) ?? null;
