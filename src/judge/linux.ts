// What does this machine's Linux say? A typed client of linux.c, which is built on demand outside the tree.
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { homedir, release } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from './clang.ts';

const SOURCE = fileURLToPath(new URL('linux.c', import.meta.url));

/** root: all capabilities; bpf: CAP_BPF and CAP_NET_ADMIN only, so that no pointer may leak */
export type Capabilities = 'root' | 'bpf';

/** One thing to ask. Maps and programs are named by their order of creation in the request. */
export type Step =
  | { readonly do: 'caps'; readonly set: Capabilities }
  | { readonly do: 'btf'; readonly data: Uint8Array }
  | {
      readonly do: 'map';
      readonly type: number;
      readonly key: number;
      readonly value: number;
      readonly entries: number;
      readonly flags?: number;
      /** index of the map that serves as template, for maps of maps */
      readonly inner?: number;
      /** BTF type ids of key and value */
      readonly keytype?: number;
      readonly valuetype?: number;
      readonly extra?: number;
    }
  | {
      /** verdict: no log, and the program is gone at once; for asking about thousands */
      readonly do: 'load' | 'verdict';
      readonly type: number;
      /** raw slots; an ld_imm64 with src_reg 1 or 2 and imm = i refers to map i */
      readonly insns: Uint8Array;
      readonly attach?: number;
      readonly flags?: number;
      readonly license?: string;
      /** log level bits: 1 failing path, 2 everything, 4 statistics; 0 no log (fastest) */
      readonly level?: number;
      /** func_info (8 bytes a row) and line_info (16 bytes a row) of the request's BTF */
      readonly func?: Uint8Array;
      readonly line?: Uint8Array;
      readonly name?: string;
      /** 0: leave the request's BTF out */
      readonly btf?: number;
    }
  | {
      readonly do: 'run';
      readonly prog: number;
      readonly packet?: Uint8Array;
      readonly ctx?: Uint8Array;
      readonly repeat?: number;
      readonly cpu?: number;
      readonly flags?: number;
    }
  | { readonly do: 'info'; readonly prog: number }
  | {
      readonly do: 'lookup' | 'delete' | 'take';
      readonly map: number;
      readonly key?: Uint8Array;
      readonly flags?: number;
    }
  | {
      readonly do: 'update';
      readonly map: number;
      readonly key?: Uint8Array;
      /** bytes, or the descriptor of a program or map of this request */
      readonly value: Uint8Array | `prog:${number}` | `map:${number}`;
      readonly flags?: number;
    }
  | { readonly do: 'next'; readonly map: number; readonly key?: Uint8Array }
  | { readonly do: 'freeze'; readonly map: number }
  | { readonly do: 'dump'; readonly map: number }
  /** a perf event of that CPU for bpf_perf_event_output, put into a map; the i-th is event i */
  | { readonly do: 'event'; readonly map: number; readonly key: Uint8Array; readonly cpu: number }
  /** what was written to event i */
  | { readonly do: 'samples'; readonly event: number }
  /** from here on in a network namespace of the request's own, whose loopback device is up */
  | { readonly do: 'netns' }
  /** A socket of that type (1 stream, 2 datagram), bound; connected with `to`, otherwise a stream listens. Only after netns. */
  | {
      readonly do: 'socket';
      readonly type: 1 | 2;
      /** 4 or 16 bytes */
      readonly address: Uint8Array;
      readonly port: number;
      readonly to?: Uint8Array;
      readonly toport?: number;
    };

interface Refusable {
  /** 0, or the positive error number the kernel gave */
  readonly errno: number;
}

interface Answers {
  caps: Refusable;
  btf: Refusable & { readonly log: string };
  map: Refusable;
  load: Refusable & { readonly log: string };
  verdict: Refusable;
  run: Refusable & {
    /** as the kernel hands it out: 32 bits, unsigned */
    readonly retval: number;
    readonly nanoseconds: number;
    /** hex */
    readonly dataOut: string;
    readonly ctxOut: string;
    /** program type syscall: the context after the run */
    readonly ctx?: string;
  };
  info: Refusable & { readonly xlated: string; readonly jitedBytes: number; readonly verifiedInstructions: number };
  lookup: Refusable & { readonly value: string };
  take: Refusable & { readonly value: string };
  delete: Refusable;
  update: Refusable;
  next: Refusable & { readonly key: string };
  freeze: Refusable;
  event: Refusable;
  samples: Refusable & { readonly samples: readonly string[] };
  netns: Refusable;
  socket: Refusable;
  dump: Refusable & {
    readonly entries: readonly { readonly errno: number; readonly key: string; readonly value: string }[];
  };
}

export type Answer<S extends Step> = Answers[S['do']];
export type AnswersTo<T extends readonly Step[]> = { -readonly [K in keyof T]: Answer<T[K]> };

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s+/g, ''), 'hex'));

/** Builds linux.c into the user's cache; the file's name carries its hash, so an old one is never used. */
async function build(): Promise<string> {
  const source = await readFile(SOURCE);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'meet-ebpf');
  const program = join(cache, `judge-${createHash('sha256').update(source).digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  const compiler = findProgram('gcc') ?? findProgram('cc');
  if (compiler === null) throw new Error('no C compiler (gcc or cc) to build src/judge/linux.c');
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const fresh = `${program}.${process.pid}`;
  const run = promisify(execFile);
  // Static, so that it also runs inside a virtual machine; some systems lack the static C library.
  await run(compiler, ['-O2', '-Wall', '-static', '-o', fresh, SOURCE]).catch(() =>
    run(compiler, ['-O2', '-Wall', '-o', fresh, SOURCE]),
  );
  await rename(fresh, program);
  return program;
}

/** The process that answers, started at the first request and shared by all of them. */
class LinuxProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  #partial = '';

  constructor(program: string) {
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    this.#child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#line(line, errors));
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`src/judge/linux.c ended: ${errors}`));
    });
    this.#hold(false);
  }

  #line(line: string, errors: string): void {
    if (!line.endsWith(']')) {
      // the beginning of an answer whose child died; the next line says how
      this.#partial += line;
      if (!line.startsWith('{"died"')) return;
      this.#settle()?.reject(new Error(`the judge died: ${line} after ${this.#partial.slice(0, 400)} ${errors}`));
      return;
    }
    this.#settle()?.resolve(line);
  }

  #settle(): { resolve: (line: string) => void; reject: (error: Error) => void } | undefined {
    this.#partial = '';
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#hold(false);
    return waiting;
  }

  /** Node stays alive for this process only while an answer is awaited. */
  #hold(on: boolean): void {
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as {
      ref?: () => void;
      unref?: () => void;
    }[]) {
      if (on) handle.ref?.();
      else handle.unref?.();
    }
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#hold(true);
      this.#child.stdin.write(request);
    });
  }
}

let linux: Promise<LinuxProcess> | null = null;

function encode(step: Step): string {
  const words: string[] = [step.do];
  for (const [name, value] of Object.entries(step) as [string, unknown][]) {
    if (name === 'do' || value === undefined) continue;
    // a licence may hold blanks
    if (name === 'license') {
      words.push(`license=${Buffer.from(value as string).toString('hex')}`);
      continue;
    }
    const text = value instanceof Uint8Array ? hex(value) : `${value as string | number}`;
    if (/[\s]/.test(text)) throw new Error(`a step's value cannot hold white space: ${name}=${text}`);
    words.push(`${name}=${text}`);
  }
  return words.join(' ');
}

/**
 * Asks this machine's kernel. One request is one process: its maps and programs are gone when the answer is here.
 * Throws only when the judge itself failed (no compiler, a mistake in the request); a refusal is an errno in the answer.
 * Tests call it only behind `judgePresent('bpf', await linuxAbsence())`.
 */
export async function askLinux<const T extends readonly Step[]>(steps: T): Promise<AnswersTo<T>> {
  linux ??= build().then((program) => new LinuxProcess(program));
  const answer = await (await linux).ask([...steps.map(encode), '.', ''].join('\n'));
  return JSON.parse(answer) as AnswersTo<T>;
}

/** "6.18.44": what a recording names as its kernel. */
export const kernelRelease = (): string => (/^\d+\.\d+(\.\d+)?/.exec(release()) ?? [release()])[0];

let absence: Promise<string | null> | null = null;

/** Why the kernel cannot be asked, null if it can: not told to, no compiler, not Linux, or bpf() refused (with the errno). */
export function linuxAbsence(): Promise<string | null> {
  absence ??= (async () => {
    if (process.env['ASK_LINUX'] !== '1') return 'ASK_LINUX=1 is not set';
    if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
    try {
      const answers = await askLinux([
        { do: 'map', type: 2, key: 4, value: 8, entries: 1 },
        { do: 'load', type: 6, insns: unhex('b700000002000000 9500000000000000') },
      ]);
      const refused = answers.find((answer) => answer.errno !== 0);
      if (refused === undefined) return null;
      return refused.errno === 1 ? 'bpf() answers EPERM: root is needed' : `bpf() answers errno ${refused.errno}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  })();
  return absence;
}

/** What bpf(BPF_PROG_LOAD) is given. */
export interface LoadRequest {
  readonly type: number;
  readonly instructions: Uint8Array;
  /** `frozen`: hex bytes of element 0, after which the map is frozen */
  readonly maps?: readonly (Omit<Extract<Step, { do: 'map' }>, 'do'> & {
    readonly frozen?: string;
    readonly fields?: unknown;
  })[];
  readonly caps?: Capabilities;
  readonly attach?: number;
  readonly flags?: number;
  readonly license?: string;
  readonly level?: number;
  readonly btf?: Uint8Array;
  readonly functionInfo?: Uint8Array;
  readonly lineInfo?: Uint8Array;
}

export function loadSteps(request: LoadRequest): Step[] {
  return [
    ...(request.btf ? [{ do: 'btf', data: request.btf } as const] : []),
    ...(request.maps ?? []).map(({ frozen: _, fields: __, ...map }) => ({ do: 'map', ...map }) as const),
    ...(request.maps ?? []).flatMap(({ frozen, key }, map): Step[] =>
      frozen === undefined
        ? []
        : [
            { do: 'update', map, key: new Uint8Array(key), value: unhex(frozen) },
            { do: 'freeze', map },
          ],
    ),
    { do: 'caps', set: request.caps ?? 'root' },
    {
      do: 'load',
      type: request.type,
      insns: request.instructions,
      attach: request.attach,
      flags: request.flags,
      license: request.license,
      level: request.level ?? 1,
      func: request.functionInfo,
      line: request.lineInfo,
    },
  ];
}

/** One program's verdict: errno 0 is acceptance. */
export async function loadOnLinux(request: LoadRequest): Promise<{ errno: number; log: string }> {
  const answers = (await askLinux(loadSteps(request))) as { errno: number; log?: string }[];
  const failedBefore = answers.slice(0, -1).find((answer) => answer.errno !== 0);
  if (failedBefore) throw new Error(`a map or BTF of the request was refused: ${JSON.stringify(answers)}`);
  const load = answers.at(-1);
  return { errno: load?.errno ?? 0, log: load?.log ?? '' };
}

/** Loads, runs once over a packet or context, and hands out what came of it; `run` is null when the load was refused. */
export async function runOnLinux(
  request: LoadRequest & { readonly packet?: Uint8Array; readonly context?: Uint8Array; readonly repeat?: number },
): Promise<{ errno: number; log: string; run: Answers['run'] | null; maps: readonly Answers['dump'][] }> {
  const steps = loadSteps(request);
  const at = steps.length;
  // A refused program has no descriptor; the steps after it then answer with an errno of their own.
  steps.push({ do: 'run', prog: 0, packet: request.packet, ctx: request.context, repeat: request.repeat });
  request.maps?.forEach((_, map) => steps.push({ do: 'dump', map }));
  const answers = (await askLinux(steps)) as unknown[];
  const load = answers[at - 1] as Answers['load'];
  const maps = answers.slice(at + 1) as Answers['dump'][];
  return { errno: load.errno, log: load.log, run: load.errno === 0 ? (answers[at] as Answers['run']) : null, maps };
}
