// lab bpftool: bpftool's words over an example after its run, or over a state that `lab run --state` saved.
import type { LabSnapshot } from '../lab/api.ts';
import { bpftool } from '../tools/bpftool.ts';
import { exampleNames, readExample } from './examples.ts';
import { startLab } from './kernel.ts';
import { readText, writeOutput } from './sources.ts';
import { UsageError } from './usage.ts';

/** Takes `--name VALUE` out of the words; the rest belongs to bpftool. */
function takeOption(words: string[], name: string): string | undefined {
  const at = words.indexOf(name);
  if (at < 0) return undefined;
  const [, value] = words.splice(at, 2);
  if (value === undefined) throw new UsageError(`lab bpftool: ${name} needs a value`);
  return value;
}

export async function run(args: string[]): Promise<number> {
  const words = [...args];
  const state = takeOption(words, '--state');
  const name = takeOption(words, '--example') ?? exampleNames()[0];
  let snapshot: LabSnapshot;
  if (state !== undefined) {
    try {
      snapshot = JSON.parse(readText(state)) as LabSnapshot;
    } catch (error) {
      throw new UsageError(
        `lab bpftool: ${state} is no saved state (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    if (!Array.isArray(snapshot.programs) || !Array.isArray(snapshot.maps)) {
      throw new UsageError(`lab bpftool: ${state} is no saved state; 'lab run FILE --state ${state}' writes one`);
    }
  } else {
    const example = readExample(name ?? '');
    snapshot = (await startLab()).snapshot(
      { files: example.files, main: example.description.main },
      example.description.scenario,
    );
  }
  const { output, status, changed } = bpftool(words, snapshot);
  if (changed && state === undefined)
    throw new UsageError('lab bpftool: what it changes is kept in a file: add --state FILE');
  if (changed && state !== undefined) writeOutput(state, `${JSON.stringify(changed)}\n`);
  (status === 0 ? process.stdout : process.stderr).write(output);
  return status === 0 ? 0 : 1;
}
