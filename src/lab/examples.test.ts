// Every example: our compiler's and clang's objects, in the simulator and on real Linux, held to one answer.
// What Linux said is recorded beside the example (npm run record) and, where it may be asked, asked again.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { exampleNames, readExample } from '../cli/examples.ts';
import { askAboutExample, OURS, readRecordedExample } from '../judge/examples.ts';
import { CLANG, clangAbsence, compileWithClang } from '../judge/clang.ts';
import { libbpfAbsence } from '../judge/libbpf.ts';
import { judgePresent } from '../judge/require.ts';
import { isProblem } from '../loader/problems.ts';
import { loadInto } from './kernel-types.ts';
import { compileProject, LabEngine, verifyReport } from './lab.ts';
import { dumpMap } from './maps.ts';
import { buildPacket } from './packet-build.ts';
import { runExample } from './example.ts';
import { runPackets } from './run.ts';

const clang = judgePresent('clang', clangAbsence());
const linux = judgePresent('bpf', await libbpfAbsence());

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

describe.each(exampleNames())('%s', (name) => {
  const example = readExample(name);
  const { description, files } = example;
  const { main, variants, scenario } = description;
  const sources = [main, ...variants.map((variant) => variant.file)];
  const recorded = readRecordedExample(name);

  const ours = (file: string): Uint8Array => {
    const { object, diagnostics } = compileProject({ files: new Map(Object.entries(files)), main: file });
    expect(diagnostics).toEqual([]);
    expect(object).not.toBeNull();
    return object ?? new Uint8Array();
  };
  const clangs = async (file: string): Promise<Uint8Array> => {
    const { object, messages } = await compileWithClang(files[file] ?? '', { name: file });
    expect(messages).toBe('');
    return object ?? new Uint8Array();
  };
  const packets = scenario.packets.flatMap((spec, i) => {
    const packet = buildPacket(spec, i);
    expect(packet).toBeInstanceOf(Uint8Array);
    return new Array<Uint8Array>(spec.count ?? 1).fill(packet as Uint8Array);
  });

  /** An object through loader, verifier and machine; what must agree with Linux's record. */
  const simulated = (object: Uint8Array, file: string) => {
    lab.boot({ seed: scenario.seed ?? 1 });
    const loaded = loadInto(lab.kernel, object, file);
    if (isProblem(loaded)) throw new Error(loaded.problem.message);
    const [program] = loaded.programs;
    if (!program) throw new Error('no program');
    const { errno, message } = verifyReport(loaded, program);
    if (errno !== 0 || file !== main) return { errno, message, retvals: [], maps: {} };
    const ran = runPackets(lab.kernel, program, scenario.packets, 1_000_000);
    const maps = loaded.maps.map((map) => dumpMap(lab.kernel, map, loaded.object.btf));
    return {
      errno,
      message,
      retvals: ran.packets.map((packet) => packet.retval),
      maps: Object.fromEntries(maps.map((map) => [map.name, map.entries.map((entry) => entry.decoded)])),
    };
  };
  const expected = (compiler: string, file: string) => {
    const answer = recorded.answers[compiler];
    return {
      errno: answer?.verdicts[file]?.errno,
      message: answer?.verdicts[file]?.message,
      retvals: file === main ? answer?.retvals : [],
      maps: file === main ? answer?.maps : {},
    };
  };

  test('keeps its promises in the simulator', () => expect(runExample(lab, example).failures).toEqual([]));

  test('was asked of Linux in the version that stands here', () => {
    for (const compiler of [OURS, CLANG]) {
      expect(Object.keys(recorded.answers[compiler]?.verdicts ?? {}).sort()).toEqual([...sources].sort());
    }
    for (const variant of variants) {
      const { errno, message, line } = variant;
      expect(recorded.answers[OURS]?.verdicts[variant.file]).toEqual({ errno, message, line });
      expect(recorded.answers[CLANG]?.verdicts[variant.file]).toMatchObject({ errno, line });
    }
  });

  test.each(sources)('%s, compiled by us, is to the simulator what it is to Linux', (file) => {
    expect(simulated(ours(file), file)).toEqual(expected(OURS, file));
  });

  test.skipIf(!clang).each(sources)('%s, compiled by clang, is to the simulator what it is to Linux', async (file) => {
    expect(simulated(await clangs(file), file)).toEqual(expected(CLANG, file));
  });

  test.skipIf(!linux).each([OURS, CLANG])('Linux says it again, of the objects by %s', async (compiler) => {
    const objects: Record<string, Uint8Array> = {};
    for (const file of sources) objects[file] = compiler === CLANG ? await clangs(file) : ours(file);
    expect(await askAboutExample(objects, main, packets)).toEqual(recorded.answers[compiler]);
  });
});
