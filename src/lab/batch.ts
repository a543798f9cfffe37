// Many raw programs on one kernel that is booted anew for each: what `lab batch` answers to one line.
import { formatHex } from './addresses.ts';
import { dumpMap } from './maps.ts';
import { lastMessage } from './last-message.ts';
import { loadRaw, type LoadedRaw, type RawProgram } from './raw.ts';
import { runOnce } from './once.ts';
import { faultOf, missingAsFault } from './run.ts';
import { forgetCompiled, useEngine } from '../loader/engine.ts';
import type { Engine, Kernel } from '../loader/kernel.ts';

const DEFAULT_BUDGET = 100_000_000;

/** nanoseconds from any fixed point; only ever shown */
export type Clock = () => number;

/** One line of input; whatever is left out gets the command line's default. */
export interface BatchRequest {
  readonly id?: unknown;
  readonly type?: string;
  /** hex */
  readonly instructions?: string;
  readonly maps?: readonly string[];
  readonly license?: string;
  readonly caps?: string;
  readonly kernel?: string;
  readonly logLevel?: number;
  readonly packet?: string;
  readonly context?: string;
  readonly run?: boolean;
  readonly engine?: string;
  readonly unverified?: boolean;
  readonly budget?: number;
  readonly seed?: number;
  readonly repeat?: number;
}

function bytesOf(text: string | undefined, what: string): Uint8Array | undefined | { readonly error: string } {
  if (text === undefined) return undefined;
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return { error: `${what} is not hexadecimal` };
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

const isError = (value: unknown): value is { readonly error: string } =>
  typeof value === 'object' && value !== null && 'error' in value;

const ENGINES: readonly string[] = ['interpreter', 'jit', 'jit-checked'];

/** The run's part of an answer. */
function runLoaded(
  kernel: Kernel,
  loaded: LoadedRaw,
  request: BatchRequest,
  packet: Uint8Array | undefined,
  context: Uint8Array | undefined,
  now: Clock,
): Record<string, unknown> {
  kernel.exports.setBudget(BigInt(request.budget ?? DEFAULT_BUDGET));
  const executed = kernel.exports.instructionsRun();
  const repeat = Math.max(1, request.repeat ?? 1);
  const began = now();
  let error = 0;
  let retval = 0;
  let r0 = 0n;
  let dataOut: Uint8Array = new Uint8Array(0);
  if (request.unverified) {
    const bare = kernel.runOverMemory(loaded.fd, packet ?? context ?? new Uint8Array(0));
    r0 = bare.r0;
    retval = Number(BigInt.asUintN(32, r0));
    dataOut = bare.memory;
  } else {
    ({ error, retval, r0, dataOut } = runOnce(kernel, loaded.type, loaded.fd, { packet, context, repeat }));
  }
  const elapsed = now() - began;
  const fault = faultOf(kernel);
  const answer = fault === null && error === 0;
  return {
    retval: answer ? retval : null,
    r0: answer ? `0x${r0.toString(16)}` : null,
    runErrno: fault === null ? error : 0,
    dataOut: answer ? formatHex(dataOut) : '',
    maps: Object.fromEntries(
      loaded.maps.map((map) => {
        const { name, entries } = dumpMap(kernel, map, null);
        return [name, entries.map(({ key, value }) => ({ key, value }))];
      }),
    ),
    trace: kernel.trace().map((line) => line.text),
    instructions: Number(kernel.exports.instructionsRun() - executed),
    fault,
    nanosecondsPerRun: Math.round(elapsed / (request.unverified ? 1 : repeat)),
  };
}

const nothingRan = {
  retval: null,
  r0: null,
  runErrno: 0,
  dataOut: '',
  maps: {},
  trace: [],
  instructions: 0,
  nanosecondsPerRun: 0,
};

/** What each field holds; numbers are whole, from 0 (budget and repeat: from 1) to what a double can count. */
const FIELDS: Readonly<Record<Exclude<keyof BatchRequest, 'id'>, 'text' | 'number' | 'truth' | 'texts'>> = {
  type: 'text',
  instructions: 'text',
  maps: 'texts',
  license: 'text',
  caps: 'text',
  kernel: 'text',
  logLevel: 'number',
  packet: 'text',
  context: 'text',
  run: 'truth',
  engine: 'text',
  unverified: 'truth',
  budget: 'number',
  seed: 'number',
  repeat: 'number',
};
const FROM_ONE: readonly string[] = ['budget', 'repeat'];

/** Why a line of input is no request; null: it is one. */
function mistakeIn(line: unknown): string | null {
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    return 'a line is an object: {"instructions": …}';
  for (const [name, kind] of Object.entries(FIELDS)) {
    const value = (line as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const low = FROM_ONE.includes(name) ? 1 : 0;
    if (kind === 'text' && typeof value !== 'string') return `${name} is text`;
    if (kind === 'truth' && typeof value !== 'boolean') return `${name} is true or false`;
    if (kind === 'number' && !(Number.isSafeInteger(value) && (value as number) >= low))
      return `${name} is a whole number from ${low}`;
    if (kind === 'texts' && !(Array.isArray(value) && value.every((item) => typeof item === 'string')))
      return `${name} is a list of texts`;
  }
  return null;
}

/** Answers one line; a mistake in it is an answer too, with `error`. */
export function answerBatch(kernel: Kernel, line: unknown, now: Clock): Record<string, unknown> {
  const id = (line as BatchRequest | null)?.id ?? null;
  const refuse = (error: string): Record<string, unknown> => ({ id, error });
  const mistake = mistakeIn(line);
  if (mistake !== null) return refuse(mistake);
  const request = line as BatchRequest;
  const instructions = bytesOf(request.instructions ?? '', 'instructions');
  const packet = bytesOf(request.packet, 'packet');
  const context = bytesOf(request.context, 'context');
  for (const bytes of [instructions, packet, context]) if (isError(bytes)) return refuse(bytes.error);
  const code = instructions as Uint8Array;
  if (code.length === 0 || code.length % 8 !== 0) return refuse('instructions: want a multiple of 8 bytes');
  const engine = request.engine ?? 'jit';
  if (!ENGINES.includes(engine)) return refuse(`engine is one of ${ENGINES.join(', ')}`);
  const caps = request.caps ?? 'root';
  if (caps !== 'root' && caps !== 'bpf') return refuse('caps is root or bpf');
  const release = request.kernel ?? '6.18';
  if (release !== '6.18' && release !== '6.1') return refuse('kernel is 6.18 or 6.1');
  const level = request.logLevel ?? 1;
  if (![0, 1, 2, 4].includes(level)) return refuse('logLevel is 0, 1, 2 or 4');

  const version = release === '6.1' ? 601 : 618;
  kernel.boot({ seed: request.seed ?? 1, capabilities: caps, version, verdictsOnly: true });
  forgetCompiled(kernel);
  const raw: RawProgram = {
    type: request.type ?? 'xdp',
    instructions: code,
    maps: request.maps ?? [],
    license: request.license ?? 'GPL',
  };
  const began = now();
  const loaded = loadRaw(kernel, raw, {
    unverified: request.unverified === true,
    recording: level >= 2 && level !== 4 ? 'everything' : 'failing-path',
  });
  const microseconds = Math.round((now() - began) / 1000);
  if ('message' in loaded) return refuse(loaded.message);
  // Linux's verdict, also on what the simulated kernel could load but not run.
  const accepted = loaded.fd >= 0;
  const log = request.unverified ? '' : loaded.explanation.log(level === 2 ? 2 : level === 4 ? 4 : 1);
  const verdict = {
    id,
    file: null,
    program: 'raw',
    verdict: accepted ? 'accept' : 'reject',
    errno: accepted ? 0 : loaded.fd,
    message: accepted ? '' : lastMessage(log),
    processed: loaded.counters.processed,
    states: loaded.counters.totalStates,
    log: level === 0 ? '' : log,
    microseconds,
    notSimulated: loaded.missing?.name ?? null,
  };
  if (!accepted || request.run === false) return verdict;
  if (request.run === undefined && !packet && !context) return verdict;
  if (loaded.missing !== null) return { ...verdict, ...nothingRan, fault: missingAsFault(loaded.missing) };
  useEngine(kernel, engine as Engine, [loaded.fd]);
  return { ...verdict, ...runLoaded(kernel, loaded, request, packet as Uint8Array, context as Uint8Array, now) };
}
