// Visits every page that a build wrote, for the integrations that finish them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rewrites each .html file under `directory` with what `change` gives back; returns how many became different. */
export async function rewritePages(directory: URL, change: (html: string) => string): Promise<number> {
  const root = fileURLToPath(directory);
  let changed = 0;
  for (const name of await readdir(root, { recursive: true })) {
    if (!name.endsWith('.html')) continue;
    const file = join(root, name);
    const before = await readFile(file, 'utf8');
    const after = change(before);
    if (after === before) continue;
    await writeFile(file, after);
    changed++;
  }
  return changed;
}
