// What verify and run share: a file of any kind becomes programs inside the simulated kernel.
import { SIM_F_UNVERIFIED } from '../bpf/syscall.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { accepted, compileProject, explanationOf, lastMessage, type LabEngine } from '../lab/lab.ts';
import { loadRaw } from '../lab/raw.ts';
import { snapshotSource, type SnapshotSource } from '../lab/snapshot.ts';
import type { Recording } from '../loader/kernel.ts';
import { loadInto } from '../lab/kernel-types.ts';
import type { Missing } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import { COMPILE_OPTIONS, compileOptions } from './compile.ts';
import { readBytes, readInstructions } from './sources.ts';
import { oneOf, UsageError } from './usage.ts';

export const PROGRAM_OPTIONS = {
  include: COMPILE_OPTIONS.include,
  define: COMPILE_OPTIONS.define,
  mcpu: COMPILE_OPTIONS.mcpu,
  'no-builtin-headers': COMPILE_OPTIONS['no-builtin-headers'],
  program: { type: 'string' },
  type: { type: 'string' },
  map: { type: 'string', multiple: true },
  license: { type: 'string' },
  caps: { type: 'string' },
  kernel: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export interface ProgramValues {
  readonly include?: string[] | undefined;
  readonly define?: string[] | undefined;
  readonly mcpu?: string | undefined;
  readonly 'no-builtin-headers'?: boolean | undefined;
  readonly program?: string | undefined;
  readonly type?: string | undefined;
  readonly map?: string[] | undefined;
  readonly license?: string | undefined;
  readonly caps?: string | undefined;
  readonly kernel?: string | undefined;
}

/** One program after bpf(BPF_PROG_LOAD), in the shape of the command line's JSON. */
export interface Answer {
  readonly file: string;
  readonly program: string;
  readonly verdict: 'accept' | 'reject';
  readonly errno: number;
  readonly message: string;
  readonly processed: number;
  readonly states: number;
  readonly log: string;
  readonly microseconds: number;
  /** what Linux has and the simulated kernel has not: then it cannot be run */
  readonly notSimulated: string | null;
}

/** `answers` and `programs` go together, row by row. */
export interface LoadedFile extends SnapshotSource {
  readonly answers: readonly Answer[];
  /** what keeps each from running though Linux would accept it */
  readonly missing: readonly (Missing | null)[];
}

const RECORDING: Readonly<Record<string, Recording>> = {
  0: 'failing-path',
  1: 'failing-path',
  2: 'everything',
  4: 'failing-path',
};

/** null: C with errors, or an object that cannot be loaded; the diagnostics were printed. */
export function loadFile(
  lab: LabEngine,
  file: string,
  values: ProgramValues,
  logLevel: 0 | 1 | 2 | 4,
  more: { readonly unverified?: boolean; readonly seed?: number; readonly verdictsOnly?: boolean } = {},
): LoadedFile | null {
  const { kernel } = lab;
  lab.boot({
    seed: more.seed ?? 1,
    capabilities: oneOf(values.caps ?? 'root', '--caps', ['root', 'bpf']),
    version: oneOf(values.kernel ?? '6.18', '--kernel', ['6.18', '6.1']) === '6.18' ? 618 : 601,
    verdictsOnly: more.verdictsOnly ?? false,
  });
  const recording = RECORDING[logLevel] ?? 'failing-path';
  const level = logLevel === 0 ? 1 : logLevel;
  const began = process.hrtime.bigint();
  const microseconds = (): number => Number((process.hrtime.bigint() - began) / 1000n);

  if (file.endsWith('.bin')) {
    const raw = loadRaw(
      kernel,
      {
        type: values.type ?? 'xdp',
        instructions: readInstructions(file),
        maps: values.map ?? [],
        license: values.license ?? 'GPL',
      },
      { recording, ...(more.unverified ? { unverified: true } : {}) },
    );
    if ('message' in raw) throw new UsageError(`lab: ${raw.message}`);
    const log = more.unverified ? '' : raw.explanation.log(level);
    const answer: Answer = {
      file,
      program: 'raw',
      verdict: accepted(raw) ? 'accept' : 'reject',
      errno: accepted(raw) ? 0 : raw.fd,
      message: accepted(raw) ? '' : lastMessage(log),
      processed: raw.counters.processed,
      states: raw.counters.totalStates,
      log: logLevel === 0 ? '' : log,
      microseconds: microseconds(),
      notSimulated: raw.missing?.name ?? null,
    };
    const maps = raw.maps.map((_map, i) => i);
    const program = {
      name: 'raw',
      type: raw.type,
      fd: raw.fd,
      license: values.license ?? 'GPL',
      maps,
      functions: [],
      lines: [],
    };
    return { answers: [answer], missing: [raw.missing], programs: [program], maps: raw.maps, btf: null };
  }

  let object: Uint8Array | null;
  if (file.endsWith('.c')) {
    const result = compileProject(compileOptions(file, values));
    for (const diagnostic of result.diagnostics) console.error(renderDiagnostic(diagnostic));
    object = result.object;
    if (!object) return null;
  } else if (file.endsWith('.o')) object = readBytes(file);
  else throw new UsageError(`lab: ${file}: a file is .c, .o or .bin`);

  const loaded = loadInto(kernel, object, file.replace(/\.c$/, '.o'), {
    recording,
    ...(values.program === undefined ? {} : { program: values.program }),
    ...(more.unverified ? { flags: SIM_F_UNVERIFIED } : {}),
  });
  if (isProblem(loaded)) {
    console.error(`${file}: ${loaded.problem.message}`);
    return null;
  }
  const each = microseconds() / Math.max(loaded.programs.length, 1);
  const answers = loaded.programs.map((program) => {
    const log = more.unverified ? '' : explanationOf(loaded, program).log(level);
    return {
      file,
      program: program.linked.name,
      verdict: accepted(program) ? 'accept' : 'reject',
      errno: accepted(program) ? 0 : program.fd,
      message: accepted(program) ? '' : lastMessage(log),
      processed: program.counters.processed,
      states: program.counters.totalStates,
      log: logLevel === 0 ? '' : log,
      microseconds: Math.round(each),
      notSimulated: program.missing?.name ?? null,
    } satisfies Answer;
  });
  return { answers, missing: loaded.programs.map((program) => program.missing), ...snapshotSource(loaded) };
}
