// lab replay: an XDP or tc program over every packet of a capture.
import { startLab } from './kernel.ts';
import { dumpMap } from '../lab/maps.ts';
import { openCapture, replayCapture } from '../lab/replay.ts';
import { REPLAYED_TYPES, namedVerdicts } from '../lab/replay-project.ts';
import { useEngine } from '../loader/engine.ts';
import { LOAD_MESSAGES } from '../loader/problems.ts';
import { loadFile, PROGRAM_OPTIONS } from './program.ts';
import { readBytes } from './sources.ts';
import { EXIT_DONE, EXIT_FAULT, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('replay', args, PROGRAM_OPTIONS);
  const [file, pcap] = files;
  if (file === undefined || pcap === undefined || files.length > 2)
    throw new UsageError('lab replay: name a program (.c, .o or .bin) and a capture (.pcap)');
  const bytes = readBytes(pcap);
  const capture = openCapture(bytes);
  if ('problem' in capture) throw new UsageError(`lab replay: ${pcap}: ${capture.problem.message}`);

  const lab = await startLab();
  const { kernel } = lab;
  const loaded = loadFile(lab, file, values, 1);
  if (!loaded) return EXIT_REJECTED;
  const refused = loaded.answers.find((answer) => answer.verdict === 'reject');
  if (refused) {
    console.error(`${refused.program}: rejected: ${refused.message}\n${refused.log}`);
    return EXIT_REJECTED;
  }
  const [program] = loaded.programs;
  if (!program || loaded.programs.length > 1)
    throw new UsageError(
      `lab replay: choose a program with --program: ${loaded.programs.map(({ name }) => name).join(', ')}`,
    );
  if (!REPLAYED_TYPES.includes(program.type.name))
    throw new UsageError(
      `lab replay: ${program.name} is of type ${program.type.name}; packets go to ${REPLAYED_TYPES.join(', ')}`,
    );
  const [missing] = loaded.missing;
  if (missing) {
    console.error(`lab replay: ${LOAD_MESSAGES.L017.replace('{helper}', missing.name)}`);
    return EXIT_FAULT;
  }

  // Whole captures: speed counts, and the verifier has bounded every run.
  useEngine(kernel, 'jit', [program.fd], { counting: false });
  const began = process.hrtime.bigint();
  const slices = replayCapture(kernel, program.fd, bytes, capture);
  let step = slices.next(false);
  while (!step.done) {
    if (process.stderr.isTTY) {
      const { done, total, packets } = step.value;
      process.stderr.write(`\r${Math.round((100 * done) / total)} % · ${packets} packets`);
    }
    step = slices.next(false);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const nanoseconds = Number(process.hrtime.bigint() - began);
  const { packets, verdicts, fault, short, cut } = step.value;

  const named = namedVerdicts(verdicts, program.type.returnNames);
  const perSecond = Math.round((packets * 1e9) / Math.max(nanoseconds, 1));
  if (values.json) {
    const maps = Object.fromEntries(
      loaded.maps.map((map) => {
        const { name, entries } = dumpMap(kernel, map, loaded.btf);
        return [name, entries.map(({ key, value }) => ({ key, value }))];
      }),
    );
    const answer = { file, program: program.name, capture: pcap, packets, verdicts: named, maps, fault, short, cut };
    console.log(JSON.stringify({ ...answer, nanoseconds, packetsPerSecond: perSecond }));
  } else {
    console.log(
      `${packets} packets in ${(nanoseconds / 1e6).toFixed(1)} ms: ${(perSecond / 1e6).toFixed(2)} million a second`,
    );
    for (const [name, count] of Object.entries(named)) console.log(`${name} ${count}`);
    if (short > 0) console.log(`${short} too short to run`);
    if (cut) console.error(`${pcap} ends inside a packet`);
    if (fault) console.error(`fault: ${fault.kind} at instruction ${fault.instruction}, address ${fault.address}`);
  }
  return fault ? EXIT_FAULT : EXIT_DONE;
}
