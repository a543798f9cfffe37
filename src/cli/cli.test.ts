// The command line's contract for whoever calls it: exit status, one line for wrong usage, keys of the JSON.
import { mkdtempSync, rmSync, writeFileSync, readFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { udpCapture } from '../jit/bench.ts';
import { run as asm } from './asm.ts';
import { run as batch } from './batch.ts';
import { run as conformance } from './conformance.ts';
import { run as disasm } from './disasm.ts';
import { run as replay } from './replay.ts';
import { run as runProgram } from './run.ts';
import { UsageError } from './usage.ts';
import { run as verify } from './verify.ts';

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  asm,
  batch,
  conformance,
  disasm,
  replay,
  run: runProgram,
  verify,
};

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
  writeFileSync(at('return-2.bin'), bytes('b700000002000000 9500000000000000'));
  writeFileSync(at('uninitialised.bin'), bytes('9500000000000000'));
  writeFileSync(at('null.bin'), bytes('b701000000000000 7910000000000000 9500000000000000'));
  writeFileSync(at('argument.bin'), bytes('7910080000000000 9500000000000000'));
  writeFileSync(at('cpu.bin'), bytes('8500000008000000 9500000000000000'));
  writeFileSync(at('short.bin'), bytes('010203'));
  writeFileSync(at('good.asm'), 'mov %r0, 2\nexit\n');
  writeFileSync(at('bad.asm'), 'mov %r0, 2\nfrob\nexit\n');
  writeFileSync(at('capture.pcap'), udpCapture(5));
  writeFileSync(at('no.pcap'), 'this is a text, and it is longer than a capture’s head');
  for (const [name, result] of [
    ['right', '0x5'],
    ['wrong', '0x6'],
  ] as const) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'a.data'), `-- asm\nmov %r0, 5\nexit\n-- result\n${result}\n`);
  }
  mkdirSync(at('empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** A command in this process: names of files that the test made are marked with @. */
async function lab(line: string): Promise<Outcome> {
  const [command = '', ...args] = line.split(' ').map((word) => (word.startsWith('@') ? at(word.slice(1)) : word));
  const out: string[] = [];
  const errors: string[] = [];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: unknown) => void out.push(`${String(text)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: unknown) => void errors.push(`${String(text)}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
  ];
  try {
    const run = COMMANDS[command] ?? (() => Promise.reject(new Error(`no command ${command}`)));
    const status = await run(args).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      errors.push(`${error.message}\n`);
      return 2;
    });
    return { status, out: out.join(''), error: errors.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const json = (outcome: Outcome): Record<string, unknown> => JSON.parse(outcome.out) as Record<string, unknown>;

describe('wrong usage and unreadable input end with 2 and one line', () => {
  it.each([
    ['asm', /name one file/],
    ['asm @missing.asm', /no such file/],
    ['asm @good.asm -o @missing/out.bin', /cannot be written/],
    ['disasm', /name one file/],
    ['disasm @short.bin', /8-byte instructions/],
    ['verify', /name at least one/],
    ['verify @short.bin', /8-byte instructions/],
    ['verify @good.asm', /\.c, \.o or \.bin/],
    ['verify @return-2.bin --log-level 9', /--log-level takes 0, 1, 2, 4/],
    ['verify @return-2.bin --type frob', /no program type 'frob'/],
    ['run @return-2.bin @return-2.bin', /name one/],
    ['run @missing.bin', /no such file/],
    ['run @return-2.bin --packet 0', /hex digits/],
    ['run @return-2.bin --packet 00', /does not take this input/],
    ['run @return-2.bin --repeat 0', /--repeat takes a whole number from 1/],
    ['run @return-2.bin --cpu 2', /--cpu takes a whole number from 0 to 1/],
    ['run @return-2.bin --engine fast', /--engine takes interpreter, jit, jit-checked/],
    ['run @return-2.bin --unverified', /--unverified goes with/],
    ['run @return-2.bin --frob', /Unknown option/],
    ['run @return-2.bin --map array:4', /TYPE:KEY:VALUE:ENTRIES/],
    ['run @return-2.bin --map sockmap:4:4:4', /not simulated/],
    ['replay @return-2.bin', /name a program/],
    ['replay @return-2.bin @no.pcap', /no pcap capture/],
    ['conformance', /name one folder/],
    ['conformance @empty', /holds no \*\.data file/],
    ['batch', /name one \.jsonl file/],
    ['batch @missing.jsonl', /cannot be read/],
  ])('lab %s', async (line, message) => {
    const { status, out, error } = await lab(line);
    expect([status, out]).toEqual([2, '']);
    expect(error).toMatch(message);
    expect(error.trimEnd()).not.toContain('\n');
  });
});

describe('the answer’s status', () => {
  it.each([
    ['asm @bad.asm', 1],
    ['disasm @return-2.bin', 0],
    ['verify @return-2.bin', 0],
    ['verify @uninitialised.bin', 1],
    ['verify @return-2.bin @uninitialised.bin', 1],
    ['verify @return-2.bin --map sockmap:4:4:4', 0],
    ['run @return-2.bin', 0],
    ['run @uninitialised.bin', 1],
    ['run @null.bin --unverified --engine interpreter', 3],
    ['run @null.bin --unverified --engine jit-checked', 3],
    ['replay @return-2.bin @capture.pcap', 0],
    ['conformance @right', 0],
    ['conformance @wrong', 1],
  ])('lab %s: %i', async (line, status) => expect((await lab(line)).status).toBe(status));
});

const VERIFY = ['file', 'program', 'verdict', 'errno', 'message', 'processed', 'states', 'log', 'microseconds'];
const RUN = ['retval', 'dataOut', 'maps', 'trace', 'instructions', 'fault', 'nanosecondsPerRun'];

describe('JSON', () => {
  it('of verify and run has its keys, also when there is nothing to say', async () => {
    for (const name of ['return-2', 'uninitialised']) {
      expect(Object.keys(json(await lab(`verify @${name}.bin --json`)))).toEqual(expect.arrayContaining(VERIFY));
      expect(Object.keys(json(await lab(`run @${name}.bin --json`)))).toEqual(
        expect.arrayContaining([...VERIFY, ...RUN]),
      );
    }
  });

  it('of run says what happened', async () => {
    expect(json(await lab('run @return-2.bin --json'))).toMatchObject({ verdict: 'accept', retval: 2, fault: null });
    expect(json(await lab('run @cpu.bin --cpu 1 --json'))).toMatchObject({ retval: 1 });
    const context = '00000000000000000900000000000000';
    for (const type of ['raw_tp', 'kprobe', 'tracepoint'])
      expect(json(await lab(`run @argument.bin --type ${type} --context ${context} --json`))).toMatchObject({
        retval: 9,
      });
    const fault = { kind: 'NULL pointer', instruction: 1, address: '0x0' };
    expect(json(await lab('run @null.bin --unverified --engine interpreter --json'))).toMatchObject({
      retval: null,
      fault,
    });
  });

  it('of replay counts by name', async () => {
    const answer = json(await lab('replay @return-2.bin @capture.pcap --json'));
    expect(answer).toMatchObject({ packets: 5, verdicts: { XDP_PASS: 5 }, fault: null, cut: false });
  });
});

it('asm and disasm are each other’s inverse', async () => {
  await lab('asm @good.asm -o @good.bin');
  expect(readFileSync(at('good.bin')).toString('hex')).toBe('b7000000020000009500000000000000');
  expect((await lab('disasm @good.bin')).out).toBe('0: (b7) r0 = 2\n1: (95) exit\n');
});

it('conformance ends with one line an engine', async () => {
  const { out, error } = await lab('conformance @wrong --engine both');
  expect(`${out}${error}`).toMatch(/FAIL interpreter a\.data: expected 0x6, got 0x5/);
  expect(out.trimEnd().split('\n').slice(-2)).toEqual(['interpreter: 0/1 passed', 'jit: 0/1 passed']);
});
