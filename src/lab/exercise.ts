// An exercise's checks, run: a reader's program is compiled, verified or inserted, sent packets, and what came of it is held against
// exercise.json. The same function for the page, the command line and the tests; it knows no language, and never looks at the text.
import { parseIpv4 } from './addresses.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { userValueSize } from '../bpf/maps.ts';
import type { LoadedMap, LoadedObject, LoadedProgram } from '../loader/load.ts';
import { missingProblem } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import { Draw, packetsOf, type Expected } from './exercise-packets.ts';
import type { ExerciseCheck, ExerciseDescription, Place, Step } from './exercise-schema.ts';
import { loadInto } from './kernel-types.ts';
import { accepted, compileProject, DEFAULT_BUDGET, explanationOf, type LabEngine } from './lab.ts';
import { labDiagnostic } from './problems.ts';
import { runPackets } from './run.ts';

/** What was otherwise than expected. `expected` and `got` are words of the machine (XDP_DROP, a number, a line), not of a language. */
export type CheckFailure =
  /** `number` counts the check's packets from 1; `summary` as tcpdump writes it */
  | {
      readonly kind: 'packet';
      readonly number: number;
      readonly summary: string;
      readonly expected: string;
      readonly got: string;
    }
  /** got null: there is no such entry; expected null: there should be none */
  | {
      readonly kind: 'map';
      readonly map: string;
      readonly key: string;
      readonly expected: number | null;
      readonly got: string | null;
    }
  | { readonly kind: 'no-map'; readonly map: string }
  /** the key or value has another size than the exercise counts on */
  | { readonly kind: 'map-shape'; readonly map: string }
  | { readonly kind: 'log'; readonly expected: string }
  /** more lines in the log than there should be */
  | { readonly kind: 'lines'; readonly most: number; readonly got: number }
  /** should have been accepted; the report's diagnostics say why it was not */
  | { readonly kind: 'refused'; readonly line: number }
  /** should have been refused */
  | { readonly kind: 'accepted' }
  /** refused, but not as asked */
  | { readonly kind: 'refused-otherwise'; readonly code: string; readonly line: number }
  | { readonly kind: 'insmod' | 'rmmod'; readonly said: string }
  /** the machine died: the fault's first line, and the line of C; 0: none of the reader's */
  | { readonly kind: 'crashed'; readonly title: string; readonly line: number }
  /** the program could not be run to its end */
  | { readonly kind: 'stopped'; readonly problem: Diagnostic };

export interface CheckResult {
  readonly name: string;
  readonly hidden: boolean;
  readonly outcome: 'passed' | 'failed' | 'not-reached';
  readonly failures: readonly CheckFailure[];
  /** packets that it sent */
  readonly packets: number;
}

export interface ExerciseReport {
  readonly passed: boolean;
  /** of compiler and verifier; with errors of the compiler no check is reached */
  readonly diagnostics: readonly Diagnostic[];
  readonly checks: readonly CheckResult[];
}

/** More failures than these of one check say nothing new. */
export const MOST_FAILURES = 8;

/** Runs one check on a fresh machine. */
export type RunCheck = (check: ExerciseCheck) => Omit<CheckResult, 'name' | 'hidden' | 'outcome'>;

/** `text`: the reader's file. Never throws for what it can cause. */
export async function checkExercise(
  lab: LabEngine,
  exercise: ExerciseDescription,
  source: string,
): Promise<ExerciseReport> {
  let prepared: { readonly diagnostics: readonly Diagnostic[]; readonly run: RunCheck | null };
  if (exercise.way === 'ebpf') prepared = prepareProgram(lab, exercise, source);
  else prepared = (await import('./exercise-kernel.ts')).prepareKernelCode(lab, exercise, source);
  const { run } = prepared;
  const checks = exercise.checks.map((check): CheckResult => {
    const { name, hidden = false } = check;
    if (!run) return { name, hidden, outcome: 'not-reached', failures: [], packets: 0 };
    const { failures, packets } = run(check);
    const outcome = failures.length === 0 ? 'passed' : 'failed';
    return { name, hidden, outcome, failures: failures.slice(0, MOST_FAILURES), packets };
  });
  // What was loaded for the page's last run is gone with the first boot.
  lab.current = null;
  return { passed: checks.every(({ outcome }) => outcome === 'passed'), diagnostics: prepared.diagnostics, checks };
}

/** What is wrong with a log. */
export function compareLog({ log = [], lines: most }: ExerciseCheck, lines: readonly string[]): CheckFailure[] {
  const lost = missingLine(log, lines);
  return [
    ...(lost === null ? [] : [{ kind: 'log', expected: lost } as const]),
    ...(most === undefined || lines.length <= most ? [] : [{ kind: 'lines', most, got: lines.length } as const]),
  ];
}

/** The first of the expected lines that does not stand there, in order; null: all do. */
function missingLine(expected: readonly string[], lines: readonly string[]): string | null {
  let at = 0;
  for (const line of expected) {
    const parts = line.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    const like = new RegExp(`^${parts.join('.*')}$`);
    while (at < lines.length && !like.test(lines[at] ?? '')) at++;
    if (at++ >= lines.length) return line;
  }
  return null;
}

function prepareProgram(
  lab: LabEngine,
  { file }: ExerciseDescription,
  source: string,
): { diagnostics: readonly Diagnostic[]; run: RunCheck | null } {
  const { object, diagnostics } = compileProject({ files: new Map([[file, source]]), main: file });
  if (!object) return { diagnostics, run: null };
  const load = (seed: number): LoadedObject | Diagnostic => {
    lab.boot({ seed });
    const loaded = loadInto(lab.kernel, object, file, { recording: 'failing-path' });
    return isProblem(loaded) ? loaded.problem : loaded;
  };
  const first = load(1);
  if (!('programs' in first)) return { diagnostics: [...diagnostics, first], run: null };
  const [program] = first.programs;
  if (!program) return { diagnostics: [...diagnostics, labDiagnostic('S040', { file })], run: null };
  const refusal = accepted(program) ? null : explanationOf(first, program).diagnostic;
  const missing = missingProblem(program)?.problem;
  const run: RunCheck = (check) => {
    if (check.refusal) return { failures: compareRefusal(check.refusal, accepted(program), refusal), packets: 0 };
    if (!accepted(program)) return { failures: [{ kind: 'refused', line: refusal?.span?.line ?? 0 }], packets: 0 };
    if (missing) return { failures: [{ kind: 'stopped', problem: missing }], packets: 0 };
    const loaded = load(check.seed ?? 1);
    if (!('programs' in loaded) || !loaded.programs[0]) return { failures: [], packets: 0 };
    return new ProgramRun(lab, loaded, loaded.programs[0]).check(check);
  };
  return { diagnostics: [...diagnostics, ...(refusal ? [refusal] : []), ...(missing ? [missing] : [])], run };
}

function compareRefusal(
  wanted: NonNullable<ExerciseCheck['refusal']>,
  isAccepted: boolean,
  refusal: Diagnostic | null,
): CheckFailure[] {
  if (isAccepted) return [{ kind: 'accepted' }];
  const line = refusal?.span?.line ?? 0;
  const code = refusal?.code ?? '';
  const same =
    code === wanted.code &&
    (wanted.line === undefined || wanted.line === line) &&
    Object.entries(wanted.args ?? {}).every(([name, value]) => refusal?.args[name] === value);
  return same ? [] : [{ kind: 'refused-otherwise', code, line }];
}

/** A key's bytes without its C type; null when it does not fit the size. */
export function placeBytes(place: Place, size: number): Uint8Array | null {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (typeof place === 'number' || /^\d+$/.test(place)) {
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return null;
    if (size === 1) bytes[0] = Number(place);
    else if (size === 2) view.setUint16(0, Number(place), true);
    else view.setUint32(0, Number(place), true);
    return bytes;
  }
  const [text = '', bits] = place.split('/');
  const address = parseIpv4(text);
  if (!address || size !== (bits === undefined ? 4 : 8)) return null;
  // struct bpf_lpm_trie_key: how many bits count, then the address
  if (bits !== undefined) view.setUint32(0, Number(bits), true);
  bytes.set(address, size - 4);
  return bytes;
}

/** A value of up to eight bytes as a number. */
function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** A loaded program in one check. */
class ProgramRun {
  readonly #lab: LabEngine;
  readonly #loaded: LoadedObject;
  readonly #program: LoadedProgram;
  readonly #failures: CheckFailure[] = [];
  #packets = 0;

  constructor(lab: LabEngine, loaded: LoadedObject, program: LoadedProgram) {
    this.#lab = lab;
    this.#loaded = loaded;
    this.#program = program;
  }

  check(check: ExerciseCheck): { failures: CheckFailure[]; packets: number } {
    const { kernel } = this.#lab;
    const draw = new Draw(check.seed ?? 1);
    kernel.setEngine('interpreter');
    for (const step of check.steps ?? []) if (!this.#step(step, draw)) break;
    for (const [name, entries] of Object.entries(check.maps ?? {})) this.#compareMap(name, entries);
    const printed = kernel.trace().map(({ text }) => text);
    this.#failures.push(...compareLog(check, printed));
    return { failures: this.#failures, packets: this.#packets };
  }

  /** false: nothing that follows would mean anything */
  #step(step: Step, draw: Draw): boolean {
    if ('send' in step) return this.#send(packetsOf(step.send, draw));
    if ('wait' in step) this.#lab.kernel.exports.advanceClock(BigInt(step.wait) * 1_000_000n);
    if ('set' in step) return this.#set(step.set.map, step.set.key, step.set.value);
    return true;
  }

  #send(packets: readonly Expected[]): boolean {
    for (const { spec, expect } of packets) {
      const ran = runPackets(this.#lab.kernel, this.#program, [spec], DEFAULT_BUDGET);
      this.#packets++;
      if (ran.diagnostic) {
        this.#failures.push({ kind: 'stopped', problem: ran.diagnostic });
        return false;
      }
      const [packet] = ran.packets;
      if (!packet || expect === null || packet.verdict === expect) continue;
      const { summary, verdict } = packet;
      this.#failures.push({ kind: 'packet', number: this.#packets, summary, expected: expect, got: verdict });
    }
    return true;
  }

  #map(name: string): LoadedMap | null {
    const map = this.#loaded.maps.find((candidate) => candidate.definition.name === name);
    if (!map && !this.#failures.some((failure) => failure.kind === 'no-map' && failure.map === name))
      this.#failures.push({ kind: 'no-map', map: name });
    return map ?? null;
  }

  #shape(map: string): false {
    if (!this.#failures.some((failure) => failure.kind === 'map-shape' && failure.map === map))
      this.#failures.push({ kind: 'map-shape', map });
    return false;
  }

  #set(name: string, place: Place, value: number | null): boolean {
    const { kernel } = this.#lab;
    const map = this.#map(name);
    if (!map) return false;
    const key = placeBytes(place, map.definition.keySize);
    if (!key) return this.#shape(name);
    if (value === null) {
      kernel.deleteElement(map.fd, key);
      return true;
    }
    const room = userValueSize(map.definition.type, map.definition.valueSize, kernel.cpus);
    const bytes = new Uint8Array(room);
    new DataView(bytes.buffer).setUint8(0, value & 255);
    for (let i = 0; i < Math.min(4, map.definition.valueSize); i++) bytes[i] = (value >>> (8 * i)) & 255;
    return kernel.updateElement(map.fd, key, bytes) === 0 || this.#shape(name);
  }

  #compareMap(name: string, entries: Readonly<Record<string, number | null>>): void {
    const { kernel } = this.#lab;
    const map = this.#map(name);
    if (!map) return;
    const { type, valueSize, keySize } = map.definition;
    const room = userValueSize(type, valueSize, kernel.cpus);
    for (const [place, expected] of Object.entries(entries)) {
      const key = placeBytes(place, keySize);
      if (!key || valueSize > 8) return void this.#shape(name);
      const found = kernel.lookupElement(map.fd, key, room);
      let got: bigint | null = null;
      if (typeof found !== 'number') {
        got = 0n;
        const each = room > valueSize ? (valueSize + 7) & ~7 : room;
        for (let at = 0; at < room; at += each) got += littleEndian(found.slice(at, at + valueSize));
      }
      if (got === (expected === null ? null : BigInt(expected))) continue;
      this.#failures.push({ kind: 'map', map: name, key: place, expected, got: got === null ? null : String(got) });
    }
  }
}
