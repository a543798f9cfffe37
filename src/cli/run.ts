// lab run: verify, then run once (or --repeat times) over one packet or context.
import { formatHex, parseHex } from '../lab/addresses.ts';
import { DEFAULT_BUDGET } from '../lab/lab.ts';
import { dumpMap } from '../lab/maps.ts';
import { runOnce } from '../lab/once.ts';
import { faultOf, missingAsFault } from '../lab/run.ts';
import { useEngine } from '../loader/engine.ts';
import { LOAD_MESSAGES } from '../loader/problems.ts';
import { takeSnapshot } from '../lab/snapshot.ts';
import { startLab } from './kernel.ts';
import { loadFile, PROGRAM_OPTIONS } from './program.ts';
import { readBytes, writeOutput } from './sources.ts';
import { EXIT_DONE, EXIT_FAULT, EXIT_REJECTED, oneOf, readArguments, UsageError, wholeNumber } from './usage.ts';

const RUN_OPTIONS = {
  ...PROGRAM_OPTIONS,
  packet: { type: 'string' },
  'packet-file': { type: 'string' },
  context: { type: 'string' },
  repeat: { type: 'string' },
  engine: { type: 'string' },
  unverified: { type: 'boolean' },
  budget: { type: 'string' },
  seed: { type: 'string' },
  cpu: { type: 'string' },
  state: { type: 'string' },
} as const;

function hexOption(text: string | undefined, option: string): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const bytes = parseHex(text);
  if (!bytes) throw new UsageError(`lab run: ${option} takes hex digits, two a byte`);
  return bytes;
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('run', args, RUN_OPTIONS);
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('lab run: name one .c, .o or .bin file');
  const engine = oneOf(values.engine ?? 'jit', '--engine', ['interpreter', 'jit', 'jit-checked']);
  if (values.unverified && engine === 'jit') {
    throw new UsageError('lab run: --unverified goes with --engine interpreter or jit-checked only');
  }
  const repeat = wholeNumber(values.repeat ?? '1', '--repeat', 1, 1_000_000_000);
  const budget = wholeNumber(values.budget ?? String(DEFAULT_BUDGET), '--budget', 1, Number.MAX_SAFE_INTEGER);
  const seed = wholeNumber(values.seed ?? '1', '--seed', 0, Number.MAX_SAFE_INTEGER);
  const cpu = wholeNumber(values.cpu ?? '0', '--cpu', 0, 1);
  const packet =
    hexOption(values.packet, '--packet') ??
    (values['packet-file'] === undefined ? undefined : new Uint8Array(readBytes(values['packet-file'])));
  const context = hexOption(values.context, '--context');

  const lab = await startLab();
  const { kernel } = lab;
  const loaded = loadFile(lab, file, values, 1, { seed, ...(values.unverified ? { unverified: true } : {}) });
  if (!loaded) return EXIT_REJECTED;
  if (loaded.answers.length > 1) {
    const names = loaded.programs.map((program) => program.name).join(', ');
    throw new UsageError(`lab run: ${file} holds several programs (${names}); choose one with --program`);
  }
  const [answer] = loaded.answers;
  const [program] = loaded.programs;
  if (!answer || !program) return EXIT_REJECTED;
  const { fd, type } = program;
  const [missing] = loaded.missing;
  if (fd < 0) {
    if (missing) console.error(`lab run: ${LOAD_MESSAGES.L017.replace('{helper}', missing.name)}`);
    if (values.json) {
      console.log(
        JSON.stringify({
          ...answer,
          retval: null,
          dataOut: null,
          maps: {},
          trace: [],
          instructions: 0,
          fault: missing ? missingAsFault(missing) : null,
          nanosecondsPerRun: null,
        }),
      );
    } else if (!missing) {
      process.stdout.write(answer.log);
      console.log(`${file}: ${answer.program}: refused (${answer.errno}): ${answer.message}`);
    }
    return missing ? EXIT_FAULT : EXIT_REJECTED;
  }

  useEngine(kernel, engine, [fd]);
  kernel.exports.setCpu(cpu);
  kernel.exports.setBudget(BigInt(budget));
  const before = kernel.exports.instructionsRun();
  const began = process.hrtime.bigint();
  const result = runOnce(kernel, type, fd, { packet, context, repeat });
  const nanoseconds = Number(process.hrtime.bigint() - began);
  const fault = result.error === 0 ? null : faultOf(kernel);
  if (result.error !== 0 && !fault) {
    throw new UsageError(
      `lab run: Linux's test run does not take this input for ${type.name} programs (errno ${result.error})`,
    );
  }
  const maps = loaded.maps.map((map) => dumpMap(kernel, map, loaded.btf, 1_000_000));
  const trace = kernel.trace().map((line) => line.text);
  if (values.state !== undefined) {
    writeOutput(values.state, JSON.stringify(takeSnapshot(kernel, loaded)));
  }
  if (values.json) {
    console.log(
      JSON.stringify({
        ...answer,
        retval: fault ? null : result.retval,
        dataOut: fault ? null : formatHex(result.dataOut),
        maps: Object.fromEntries(maps.map((map) => [map.name, map.entries.map(({ key, value }) => ({ key, value }))])),
        trace,
        instructions: Number(kernel.exports.instructionsRun() - before),
        fault,
        nanosecondsPerRun: nanoseconds / repeat,
      }),
    );
  } else {
    if (fault)
      console.log(
        `${answer.program}: fault: ${fault.kind} at instruction ${fault.instruction}, address ${fault.address}`,
      );
    else
      console.log(
        `${answer.program}: ${type.returnNames[result.retval] ?? ''} (${result.retval})`.replace('  (', ' ('),
      );
    for (const line of trace) console.log(`trace: ${line}`);
    for (const map of maps) {
      for (const { key, value, decoded } of map.entries) {
        console.log(
          `${map.name}[${decoded ? JSON.stringify(decoded.key) : key}] = ${decoded ? JSON.stringify(decoded.value) : value}`,
        );
      }
    }
  }
  return fault ? EXIT_FAULT : EXIT_DONE;
}
