// lab conformance: every *.data file of a folder through the engines; with --verify, through the verifier first.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { judge, parseConformance, type Answer, type ConformanceTest } from '../jit/conformance.ts';
import { faultOf } from '../lab/run.ts';
import { lastMessage } from '../lab/last-message.ts';
import { loadRaw } from '../lab/raw.ts';
import { forgetCompiled, useEngine } from '../loader/engine.ts';
import type { Engine, Kernel } from '../loader/kernel.ts';
import { startKernel } from './kernel-only.ts';
import { readText } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError } from './usage.ts';

/** What Linux's test run takes at least. */
const MINIMUM_FRAME = 14;

/** With a verifier in front, r1 and r2 must come from somewhere that it knows: a packet whose length it has compared. */
function prologue(size: number): string {
  return `mov %r0, -1
mov %r6, %r1
ldxw %r1, [%r6+0]
ldxw %r2, [%r6+4]
mov %r3, %r1
add %r3, ${size}
jle %r3, %r2, +1
exit
mov %r2, ${size}`;
}

function answerOf(kernel: Kernel, r0: bigint): Answer {
  const fault = faultOf(kernel);
  if (!fault) return { r0: BigInt.asUintN(64, r0), message: '' };
  return { r0: null, message: `fault at instruction ${fault.instruction}: ${fault.kind}, address ${fault.address}` };
}

function runPlain(kernel: Kernel, test: ConformanceTest, engine: Engine): Answer {
  const raw = { type: 'xdp', instructions: encodeInstructions(test.instructions) };
  const loaded = loadRaw(kernel, raw, { unverified: true, recording: 'nothing' });
  if ('message' in loaded) return { r0: null, message: loaded.message };
  if (loaded.fd < 0) return { r0: null, message: `refused by the kernel (${loaded.fd})` };
  useEngine(kernel, engine, [loaded.fd]);
  return answerOf(kernel, kernel.runOverMemory(loaded.fd, test.memory).r0);
}

function runVerified(kernel: Kernel, test: ConformanceTest, engine: Engine): Answer {
  const before = assemble(prologue(test.memory.length)).instructions;
  const instructions = encodeInstructions([...before, ...test.instructions]);
  const loaded = loadRaw(kernel, { type: 'xdp', instructions });
  if ('message' in loaded) return { r0: null, message: loaded.message };
  if (loaded.fd < 0) {
    const message = lastMessage(loaded.explanation.log(1));
    return { r0: null, message: `rejected by the verifier (${loaded.fd}): ${message}` };
  }
  useEngine(kernel, engine, [loaded.fd]);
  const packet = new Uint8Array(Math.max(test.memory.length, MINIMUM_FRAME));
  packet.set(test.memory);
  kernel.testRun(loaded.fd, { packet });
  return answerOf(kernel, kernel.exports.lastResult());
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('conformance', args, {
    engine: { type: 'string' },
    verify: { type: 'boolean' },
  });
  const [folder] = files;
  if (folder === undefined || files.length > 1)
    throw new UsageError('lab conformance: name one folder of *.data files');
  const which = oneOf(values.engine ?? 'both', '--engine', ['interpreter', 'jit', 'both']);
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.data'));
  } catch {
    throw new UsageError(`lab conformance: ${folder} is not a folder that can be read; check the name`);
  }
  if (names.length === 0) throw new UsageError(`lab conformance: ${folder} holds no *.data file`);
  names.sort();

  const kernel = await startKernel();
  let status = EXIT_DONE;
  const engines = which === 'both' ? (['interpreter', 'jit'] as const) : [which];
  const totals: string[] = [];
  for (const engine of engines) {
    let passed = 0;
    for (const name of names) {
      const test = parseConformance(readText(join(folder, name)));
      kernel.boot({ seed: 1 });
      forgetCompiled(kernel);
      let failure: { expected: string; actual: string } | null;
      if ('problem' in test) failure = { expected: 'a test', actual: test.problem };
      else if (test.refusal !== '') failure = judge(test, { r0: null, message: test.refusal });
      else {
        const runTest = values.verify ? runVerified : runPlain;
        failure = judge(test, runTest(kernel, test, engine === 'jit' ? 'jit-checked' : 'interpreter'));
      }
      if (failure) console.log(`FAIL ${engine} ${name}: expected ${failure.expected}, got ${failure.actual}`);
      else passed++;
    }
    totals.push(`${engine}: ${passed}/${names.length} passed`);
    if (passed < names.length) status = EXIT_REJECTED;
  }
  // One line an engine, after everything else.
  for (const line of totals) console.log(line);
  return status;
}
