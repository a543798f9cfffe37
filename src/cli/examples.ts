// Examples on the disk: examples/NAME, or any folder with an example.json.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExampleDescription } from '../lab/api.ts';
import type { Example } from '../lab/example.ts';
import { readText } from './sources.ts';
import { UsageError } from './usage.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Names of the project's own examples. */
export function exampleNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'example.json')))
    .map((entry) => entry.name)
    .sort();
}

export function readExample(nameOrFolder: string): Example {
  const folder = existsSync(join(nameOrFolder, 'example.json')) ? nameOrFolder : join(FOLDER, nameOrFolder);
  if (!existsSync(join(folder, 'example.json'))) {
    throw new UsageError(
      `lab example: '${nameOrFolder}' is neither an example (${exampleNames().join(', ')}) nor a folder with an example.json`,
    );
  }
  let description: ExampleDescription;
  try {
    description = JSON.parse(readText(join(folder, 'example.json'))) as ExampleDescription;
  } catch (error) {
    throw new UsageError(
      `lab example: ${join(folder, 'example.json')}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder)) if (/\.[ch]$/.test(name)) files[name] = readText(join(folder, name));
  return { name: basename(folder), description, files };
}
