// Examples on the disk: examples/NAME, or any folder with an example.json.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExampleDescription } from '../lab/api.ts';
import type { Example } from '../lab/example.ts';
import { parseScenario, SCENARIO_LIMIT } from '../lab/scenario.ts';
import { readText } from './sources.ts';
import { UsageError } from './usage.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

function namesOf(kernelMode: boolean): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'example.json')))
    .map((entry) => entry.name)
    .filter((name) => (readExample(name).description.kind !== undefined) === kernelMode)
    .sort();
}

/** Names of the project's own examples of eBPF. */
export const exampleNames = (): string[] => namesOf(false);

/** Names of its modules and patches. */
export const kernelExampleNames = (): string[] => namesOf(true);

export function readExample(nameOrFolder: string): Example {
  const folder = existsSync(join(nameOrFolder, 'example.json')) ? nameOrFolder : join(FOLDER, nameOrFolder);
  if (!existsSync(join(folder, 'example.json'))) {
    throw new UsageError(
      `lab example: '${nameOrFolder}' is neither an example (${[...exampleNames(), ...kernelExampleNames()].join(', ')}) nor a folder with an example.json`,
    );
  }
  const file = join(folder, 'example.json');
  const parsed = parseScenario(file, readText(file));
  if ('problems' in parsed) throw new UsageError(parsed.problems.map(({ message }) => message).join('\n'));
  const description = parsed.value as ExampleDescription;
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder)) if (/\.[ch]$/.test(name)) files[name] = readText(join(folder, name));
  const captures = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.pcap')) continue;
    const { size } = statSync(join(folder, name));
    if (size > SCENARIO_LIMIT.capture) {
      throw new UsageError(
        `lab example: ${join(folder, name)} has ${size} bytes; a scenario's capture may have ${SCENARIO_LIMIT.capture}: cut it, for example with 'editcap -c 100000 IN OUT'`,
      );
    }
    captures.set(name, new Uint8Array(readFileSync(join(folder, name))));
  }
  return { name: basename(folder), description, files, captures };
}
