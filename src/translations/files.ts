// The files that a writer or a translator touches, as one map from path to text. Everything else in this folder works
// on such a map, so a test can hold a whole course in a few lines.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Paths from the project's root, with forward slashes, sorted. */
export type Files = ReadonlyMap<string, string>;

/** What is read: all that is content, and of the examples what chapters can name. */
const wanted =
  /^content\/.*\.(?:json|mdx?)$|^examples\/(?:README\.md|[^/]+\/(?:exercises\/[^/]+\/)?[^/]+\.(?:c|h|json|patch)|[^/]+\/other-languages\/[^/]+|[^/]+\/log\/[^/]+)$/;

/** Throws when `root` has no content folder: then it is not this project. */
export function readFiles(root: string): Files {
  const found = new Map<string, string>();
  for (const folder of ['content', 'examples']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name)
        .slice(join(root, 'x').length - 1)
        .split(sep)
        .join('/');
      if (wanted.test(path)) found.set(path, readFileSync(join(root, path), 'utf8').replace(/\r\n/g, '\n'));
    }
  }
  // Burmese prose outside content; checked like any other.
  for (const path of ['CONTRIBUTING.my.md']) {
    if (existsSync(join(root, path))) found.set(path, readFileSync(join(root, path), 'utf8').replace(/\r\n/g, '\n'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
