// examples/NAME/exercises/EXERCISE/exercise.json: what a reader's program is held to. Checks run it; none of them looks at its text.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec } from './api.ts';
import { labDiagnostic } from './problems.ts';
import { PACKET_FIELDS } from './scenario.ts';
import { checkValue, type Field, type Schema } from './scenario-schema.ts';

/** Packets that nobody has listed: drawn from the check's seed, so that knowing the listed ones is not enough. */
export interface RandomPackets {
  readonly count: number;
  /** the network that their senders are drawn from: "10.0.0.0/8" */
  readonly from: string;
  /** senders that are not drawn */
  readonly except?: readonly string[];
  /** default: any of the three */
  readonly protocol?: 'icmp' | 'udp' | 'tcp';
  /** destination port of UDP and TCP; default: any but those of `ports` */
  readonly port?: number;
  /** destination ports that are not drawn */
  readonly ports?: readonly number[];
}

/** A packet, or many; `expect`: XDP_DROP … for eBPF, "dropped" or "passed" for kernel code. */
export type Sent = (PacketSpec | { readonly random: RandomPackets }) & { readonly expect?: string };

/** What happens in a check, one thing after the other. */
export type Step =
  | { readonly send: readonly Sent[] }
  /** user space writes into a map, or deletes (value null); keys and values as `Place` says */
  | { readonly set: { readonly map: string; readonly key: Place; readonly value: number | null } }
  /** milliseconds pass */
  | { readonly wait: number }
  | { readonly insmod: Readonly<Record<string, string>> }
  | { readonly rmmod: true };

/** A map's key without the names of its C type: a number, an address, or a network (an LPM trie's key). */
export type Place = number | string;

export interface ExerciseCheck {
  readonly name: string;
  /** told only when it fails, and then without the packets */
  readonly hidden?: boolean;
  readonly seed?: number;
  readonly steps?: readonly Step[];
  /** map → key → number, or null where there must be no entry; of a per-CPU map the sum counts */
  readonly maps?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** lines that bpf_printk or the kernel's log must hold, in this order, among others; `*` is any text */
  readonly log?: readonly string[];
  /** and so many lines at most */
  readonly lines?: number;
  /** the verifier must refuse the program so: by the diagnostic's code, on this line, with these arguments */
  readonly refusal?: {
    readonly code: string;
    readonly line?: number;
    readonly args?: Readonly<Record<string, string | number>>;
  };
}

export interface ExerciseDescription {
  readonly way: 'ebpf' | 'module' | 'patch';
  /** the file's name as the reader sees it; a module is called by it, a patch replaces the kernel's file of that name */
  readonly file: string;
  readonly checks: readonly ExerciseCheck[];
  /** programs that look right and are not, for the tests: the solution with one stretch of text replaced */
  readonly wrong: readonly Mistake[];
}

export interface Mistake {
  readonly replace: string;
  readonly with: string;
  /** the hidden check that must find it */
  readonly fails: string;
}

const text = (example: string, like?: RegExp): Schema => ({ kind: 'text', example, ...(like ? { like } : {}) });
const one = (...words: string[]): Schema => ({ kind: 'text', one: words, example: '' });
const number = (least: number, most: number): Schema => ({ kind: 'number', least, most });
const list = (of: Schema, most: number): Schema => ({ kind: 'list', of, most });
const table = (of: Schema, most: number): Schema => ({ kind: 'table', of, most });
const need = (schema: Schema): Field => ({ schema, required: true });
const may = (schema: Schema): Field => ({ schema });
const object = (fields: Readonly<Record<string, Field>>): Schema => ({ kind: 'object', fields });
/** A value that may be null is asked about by hand: the schema language has no null. */
const ANY: Schema = { kind: 'anything' };

const ADDRESS = text('an address, like "10.2.2.1"', /^\d{1,3}(\.\d{1,3}){3}$/);
const PORT = number(1, 65535);
const MAP = text('the name of a map', /^\w{1,63}$/);
const PLACE: Schema = {
  kind: 'either',
  of: [number(0, 0xffffffff), text('an address', /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/)],
  example: 'a number, an address or a network, like 3, "10.2.2.1" or "10.2.0.0/16"',
};
const VERDICT = one('XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT', 'dropped', 'passed');
const RANDOM = object({
  count: need(number(1, 200)),
  from: need(text('a network, like "10.0.0.0/8"', /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/)),
  except: may(list(ADDRESS, 32)),
  protocol: may(one('icmp', 'udp', 'tcp')),
  port: may(PORT),
  ports: may(list(PORT, 32)),
});
const STEP = object({
  send: may(
    list(object({ ...PACKET_FIELDS, count: may(number(1, 200)), random: may(RANDOM), expect: may(VERDICT) }), 64),
  ),
  set: may(object({ map: need(MAP), key: need(PLACE), value: need(ANY) })),
  wait: may(number(1, 3_600_000)),
  insmod: may(table(text('a parameter’s value, as text', /^[\w.,-]{1,100}$/), 16)),
  rmmod: may({ kind: 'truth' }),
});

export const EXERCISE_SCHEMA: Schema = object({
  way: need(one('ebpf', 'module', 'patch')),
  file: need(text('a C file’s name, like "drop.bpf.c"', /^[\w-]{1,40}(\.bpf)?\.c$/)),
  checks: need(
    list(
      object({
        name: need(text('a name of small letters and dashes, like "other-sender"', /^[a-z][a-z0-9-]{0,39}$/)),
        hidden: may({ kind: 'truth' }),
        seed: may(number(1, 0x7fffffff)),
        steps: may(list(STEP, 64)),
        maps: may(table(table(ANY, 64), 8)),
        log: may(list(text('a line'), 32)),
        lines: may(number(0, 1000)),
        refusal: may(
          object({
            code: need(text('a diagnostic’s code, like "V101"', /^[A-Z]\d{3}$/)),
            line: may(number(1, 10_000)),
            args: may(table(ANY, 8)),
          }),
        ),
      }),
      12,
    ),
  ),
  wrong: need(
    list(
      object({
        replace: need(text('a stretch of the solution')),
        with: need(text('what stands there instead')),
        fails: need(text('the name of a hidden check', /^[a-z][a-z0-9-]{0,39}$/)),
      }),
      8,
    ),
  ),
});

/** What the schema cannot say: names that lead somewhere, verdicts of the right way, one thing a step. */
function checkSense(file: string, exercise: ExerciseDescription): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const wrong = (path: string, found: unknown, expected: string): void => {
    problems.push(labDiagnostic('S020', { file, path, found: JSON.stringify(found), expected }));
  };
  const names = exercise.checks.map(({ name }) => name);
  const again = names.find((name, i) => names.indexOf(name) !== i);
  if (again !== undefined) problems.push(labDiagnostic('S025', { file, path: 'checks', name: again }));
  const kernel = exercise.way !== 'ebpf';
  if (kernel === exercise.file.endsWith('.bpf.c'))
    wrong('file', exercise.file, kernel ? 'a name that ends in .c and not in .bpf.c' : 'a name that ends in .bpf.c');
  exercise.checks.forEach((check, i) => {
    const path = `checks[${i}]`;
    if (!check.steps && !check.refusal)
      problems.push(labDiagnostic('S023', { file, path: `${path}.steps`, expected: 'what happens, or a "refusal"' }));
    if (check.refusal && kernel) wrong(`${path}.refusal`, check.refusal, 'no refusal: only eBPF has a verifier');
    if (check.maps && kernel) wrong(`${path}.maps`, check.maps, 'no maps: only eBPF has them');
    for (const [map, entries] of Object.entries(check.maps ?? {}))
      for (const [key, value] of Object.entries(entries))
        if (value !== null && !Number.isInteger(value))
          wrong(`${path}.maps.${map}.${key}`, value, 'a whole number, or null for "no such entry"');
    check.steps?.forEach((step, j) => {
      const at = `${path}.steps[${j}]`;
      const kinds = Object.keys(step);
      if (kinds.length !== 1) return wrong(at, kinds.join(' and '), 'one of send, set, wait, insmod, rmmod a step');
      if (('insmod' in step || 'rmmod' in step) && exercise.way !== 'module')
        wrong(at, kinds[0], 'send, set or wait: only modules are inserted and removed');
      if ('set' in step && kernel) wrong(at, 'set', 'no set: only eBPF has maps');
      if ('set' in step && step.set.value !== null && !Number.isInteger(step.set.value))
        wrong(`${at}.set.value`, step.set.value, 'a whole number, or null to delete');
      if (!('send' in step)) return;
      step.send.forEach((sent, k) => {
        if (sent.expect !== undefined && kernel !== /^(dropped|passed)$/.test(sent.expect))
          wrong(`${at}.send[${k}].expect`, sent.expect, kernel ? '"dropped" or "passed"' : 'XDP_DROP, XDP_PASS …');
      });
    });
  });
  exercise.wrong.forEach(({ fails }, i) => {
    if (!exercise.checks.some((check) => check.name === fails && check.hidden))
      wrong(`wrong[${i}].fails`, fails, 'the name of a hidden check');
  });
  return problems;
}

/** An exercise that is good, or what is wrong with its file. */
export function checkExerciseFile(
  file: string,
  value: unknown,
): { exercise: ExerciseDescription } | { problems: Diagnostic[] } {
  const problems = checkValue(file, value, EXERCISE_SCHEMA);
  if (problems.length > 0) return { problems };
  const exercise = value as ExerciseDescription;
  const more = checkSense(file, exercise);
  return more.length > 0 ? { problems: more } : { exercise };
}
