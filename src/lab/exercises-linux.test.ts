// Every eBPF exercise on this machine's Linux: the same checks, the same packets, the solution by our compiler and by clang. What the
// simulator passes, Linux must pass; where a refusal is asked for, Linux must refuse with the words that we show. Modules are built, not loaded.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM_TYPES } from '../bpf/programs.ts';
import { exerciseNames, readExercise } from '../cli/exercises.ts';
import { startLab } from '../cli/kernel.ts';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { askLibbpf, libbpfAbsence } from '../judge/libbpf.ts';
import { LiveProgram } from '../judge/live-program.ts';
import { judgePresent } from '../judge/require.ts';
import { checkExercise, placeBytes } from './exercise.ts';
import { Draw, packetsOf } from './exercise-packets.ts';
import type { ExerciseCheck, ExerciseDescription } from './exercise-schema.ts';
import { compileProject, type LabEngine } from './lab.ts';
import { buildPacket } from './packet-build.ts';

const linux = judgePresent('bpf', await libbpfAbsence());
const clang = judgePresent('clang', clangAbsence());
const names = exerciseNames().filter((name) => readExercise(name).description.way === 'ebpf');

const verdicts = PROGRAM_TYPES.find(({ name }) => name === 'xdp')?.returnNames ?? [];

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});
let live: LiveProgram | null = null;
afterEach(async () => {
  await live?.close();
  live = null;
});

const number = (bytes: Uint8Array): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
function bytes(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 255 : 0));
}

/** What Linux does otherwise than the check says; empty: nothing. */
async function failuresOf(object: Uint8Array, file: string, check: ExerciseCheck): Promise<string[]> {
  const failures: string[] = [];
  const program = await LiveProgram.load(object, file.replace(/\.c$/, '.o'));
  if (!program) return ['refused'];
  live = program;
  const draw = new Draw(check.seed ?? 1);
  const key = async (map: string, place: number | string): Promise<Uint8Array> => {
    const found = placeBytes(place, (await program.sizes(map)).key);
    if (!found) throw new Error(`${map}[${place}]: no such key`);
    return found;
  };
  for (const step of check.steps ?? []) {
    if ('wait' in step) await new Promise((resolve) => setTimeout(resolve, step.wait));
    else if ('set' in step) {
      const { map, key: place, value } = step.set;
      if (value === null) await program.delete(map, await key(map, place));
      else await program.write(map, await key(map, place), bytes(value, (await program.sizes(map)).value));
    } else if ('send' in step) {
      for (const [i, { spec, expect: expected }] of packetsOf(step.send, draw).entries()) {
        const packet = buildPacket(spec, i);
        if (!(packet instanceof Uint8Array)) throw new Error(packet.message);
        const got = await program.run(packet);
        const verdict = verdicts[got] ?? String(got);
        if (expected !== null && verdict !== expected) failures.push(`packet ${i + 1}: ${expected}, Linux: ${verdict}`);
      }
    }
  }
  for (const [map, entries] of Object.entries(check.maps ?? {})) {
    for (const [place, expected] of Object.entries(entries)) {
      const found = await program.read(map, await key(map, place));
      const got = found === null ? null : number(found);
      if (got !== expected) failures.push(`${map}[${place}]: ${expected}, Linux: ${got}`);
    }
  }
  await program.close();
  live = null;
  return failures;
}

/**
 * What the simulator's clock does exactly, a busy machine's does roughly: where a second matters, Linux is asked up to five times. A
 * program that is wrong is wrong each time.
 */
async function patiently(
  object: Uint8Array,
  description: ExerciseDescription,
  check: ExerciseCheck,
): Promise<string[]> {
  const timed = description.checks.some(({ steps }) => steps?.some((step) => 'wait' in step));
  let failures = await failuresOf(object, description.file, check);
  for (let again = 0; timed && failures.length > 0 && again < 4; again++) {
    await live?.close();
    failures = await failuresOf(object, description.file, check);
  }
  return failures;
}

async function objectOf(compiler: string, { file }: ExerciseDescription, source: string): Promise<Uint8Array> {
  if (compiler === 'clang') return (await compileWithClang(source, { name: file })).object ?? new Uint8Array();
  return compileProject({ files: new Map([[file, source]]), main: file }).object ?? new Uint8Array();
}

describe.skipIf(!linux).each(names)('%s', (path) => {
  const { description, solution, start } = readExercise(path);
  const compilers = clang ? ['ours', 'clang'] : ['ours'];

  test.each(compilers)('Linux agrees with every check of the solution (%s)', { timeout: 60_000 }, async (compiler) => {
    const object = await objectOf(compiler, description, solution);
    for (const check of description.checks) {
      if (!check.refusal) {
        expect(await patiently(object, description, check), check.name).toEqual([]);
        continue;
      }
      const answer = await askLibbpf(object, 'refused.bpf.o');
      const { diagnostics } = await checkExercise(lab, description, solution);
      const refusal = diagnostics.find(({ severity }) => severity === 'error');
      expect(answer.accepted).toBe(false);
      expect(answer.line).toBe(refusal?.span?.line);
      if (compiler === 'ours') expect(answer.message).toBe(refusal?.args['linux']);
    }
  });

  test('Linux, too, says that the start is not done', { timeout: 60_000 }, async () => {
    const object = await objectOf('ours', description, start);
    const { checks } = await checkExercise(lab, description, start);
    for (const check of description.checks) {
      if (check.refusal) {
        expect((await askLibbpf(object, 'start.bpf.o')).accepted).toBe(true);
        continue;
      }
      const ours = checks.find(({ name }) => name === check.name);
      // A map of another shape cannot be filled at all; there is nothing that Linux could say to it.
      if (ours?.failures.some(({ kind }) => kind === 'map-shape')) continue;
      const failed = (await failuresOf(object, description.file, check)).length > 0;
      expect(failed, check.name).toBe(ours?.outcome === 'failed');
    }
  });
});

/** Headers of a Debian kernel 6.1, which kernel-mode C is written for. */
const headers = existsSync('/usr/src')
  ? readdirSync('/usr/src').find((name) => /^linux-headers-6\.1\..*-amd64$/.test(name))
  : undefined;
const absence = process.env['ASK_LINUX'] !== '1' ? 'ASK_LINUX=1 was not set' : 'no linux-headers-6.1 in /usr/src';
const builds = judgePresent('headers', process.env['ASK_LINUX'] === '1' && headers !== undefined ? null : absence);

test.skipIf(!builds)(
  'every module of an exercise builds on Linux, without a warning',
  { timeout: 200_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-modules-'));
    try {
      const objects: string[] = [];
      for (const path of exerciseNames()) {
        const { description, name, start, solution } = readExercise(path);
        if (description.way !== 'module') continue;
        for (const [kind, text] of Object.entries({ start, solution })) {
          const module = `${name.replaceAll('-', '_')}_${kind}`;
          await writeFile(join(folder, `${module}.c`), text);
          objects.push(`${module}.o`);
        }
      }
      await writeFile(join(folder, 'Kbuild'), `obj-m := ${objects.join(' ')}\n`);
      const words = ['-C', `/usr/src/${headers ?? ''}`, `M=${folder}`, 'modules'];
      const { stdout, stderr } = await promisify(execFile)('make', words, { timeout: 190_000 });
      expect(`${stdout}${stderr}`).not.toMatch(/warning:|error:/);
      for (const object of objects) expect(existsSync(join(folder, object.replace(/o$/, 'ko'))), object).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
