// The verifier's corpus: text files of small programs → cases to load. The files stand in src/kernel/verifier/corpus.
//
//   # comment                                 anywhere at the beginning of a line
//   program read-beyond-check                 begins a program; its name is unique in the file
//   type xdp tc                               one case for each program type
//   each OFF -8 0 13                          one case for each value; {OFF} in what follows is replaced (several: all combinations);
//                                             a bar in a value stands for a blank
//   map hash:4:8:16[:FLAGS]                   the i-th is map[i]; array_of_maps and hash_of_maps take map 0 as template
//   map … value lock:OFFSET,timer:OFFSET    BTF of its value: a struct bpf_spin_lock, a struct bpf_timer in it
//   map … frozen HEX                         element 0 gets these bytes (zeroes behind them), then the map is frozen
//   caps root                                 default: root, and bpf for types that need no CAP_PERFMON
//   attach N · flags N · license TEXT         as bpf(BPF_PROG_LOAD) takes them
//   function LABEL NAME static|global RESULT(ARGUMENT …)     BTF; the first instruction's label is "main"
//     mov r0, {OK}                            indented, and labels: src/bpf/assemble.ts's syntax; helpers by name (call map_lookup_elem),
//                                             kernel functions too (call bpf_iter_num_new)
//
// By type: {DATA} {END} {META} offsets of the context's packet pointers, {OK} a return value that the type allows,
// {MARK} a context field that may be read in 32 bits.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { kfuncByName } from '../bpf/kfuncs.ts';
import { MAP_TYPES } from '../bpf/maps.ts';
import { describeFunctions, type BtfWord, type FunctionDescription } from './btf.ts';
import { HELPER_NUMBERS } from './helper-numbers.ts';
import type { Capabilities, LoadRequest } from './linux.ts';

export const CORPUS = fileURLToPath(new URL('../kernel/verifier/corpus/', import.meta.url));

interface TypeFacts {
  readonly id: number;
  readonly context: string;
  /** asked as root only: with CAP_BPF alone every load is EPERM, or the type is rare */
  readonly tracing: boolean;
  readonly words: Readonly<Record<string, number>>;
}

const SKB = { DATA: 76, END: 80, META: 140, OK: 0, MARK: 8 };
const TRACING = { OK: 0, MARK: 8 };
const CGROUP = { OK: 1, MARK: 8 };

/** Numbers of enum bpf_prog_type, and where each context has what the placeholders name. */
export const CORPUS_TYPES: Readonly<Record<string, TypeFacts>> = {
  socket: { id: 1, context: '__sk_buff', tracing: false, words: { OK: 0, MARK: 8 } },
  kprobe: { id: 2, context: 'bpf_user_pt_regs_t', tracing: true, words: TRACING },
  tc: { id: 3, context: '__sk_buff', tracing: false, words: SKB },
  tracepoint: { id: 5, context: 'trace', tracing: true, words: TRACING },
  xdp: { id: 6, context: 'xdp_md', tracing: false, words: { DATA: 0, END: 4, META: 8, OK: 2, MARK: 12 } },
  perf_event: { id: 7, context: 'bpf_perf_event_data', tracing: true, words: TRACING },
  cgroup_skb: { id: 8, context: '__sk_buff', tracing: false, words: { ...SKB, OK: 1 } },
  raw_tp: { id: 17, context: 'bpf_raw_tracepoint_args', tracing: true, words: TRACING },
  // the others, as root only
  tc_action: { id: 4, context: '__sk_buff', tracing: true, words: SKB },
  cgroup_sock: { id: 9, context: 'bpf_sock', tracing: true, words: CGROUP },
  lwt_in: { id: 10, context: '__sk_buff', tracing: true, words: SKB },
  lwt_xmit: { id: 12, context: '__sk_buff', tracing: true, words: SKB },
  sock_ops: { id: 13, context: 'bpf_sock_ops', tracing: true, words: CGROUP },
  sk_skb: { id: 14, context: '__sk_buff', tracing: true, words: SKB },
  cgroup_device: { id: 15, context: 'bpf_cgroup_dev_ctx', tracing: true, words: CGROUP },
  sk_msg: { id: 16, context: 'sk_msg_md', tracing: true, words: TRACING },
  cgroup_sock_addr: { id: 18, context: 'bpf_sock_addr', tracing: true, words: CGROUP },
  sk_reuseport: { id: 21, context: 'sk_reuseport_md', tracing: true, words: TRACING },
  flow_dissector: { id: 22, context: '__sk_buff', tracing: true, words: SKB },
  cgroup_sysctl: { id: 23, context: 'bpf_sysctl', tracing: true, words: CGROUP },
  raw_tp_writable: { id: 24, context: 'bpf_raw_tracepoint_args', tracing: true, words: TRACING },
  cgroup_sockopt: { id: 25, context: 'bpf_sockopt', tracing: true, words: CGROUP },
  sk_lookup: { id: 30, context: 'bpf_sk_lookup', tracing: true, words: CGROUP },
  syscall: { id: 31, context: 'void', tracing: true, words: TRACING },
  netfilter: { id: 32, context: 'bpf_nf_ctx', tracing: true, words: TRACING },
};

export interface CorpusMap {
  readonly type: number;
  readonly key: number;
  readonly value: number;
  readonly entries: number;
  readonly flags: number;
  readonly inner?: number;
  /** the value of element 0 (hex), after which the map is frozen: constant data, as libbpf makes .rodata */
  readonly frozen?: string;
  /** offsets of what the kernel finds in its value by BTF */
  readonly fields?: { readonly lock?: number; readonly timer?: number };
  /** BTF type ids in the case's BTF */
  readonly keytype?: number;
  readonly valuetype?: number;
}

export interface CorpusCase {
  /** "packet/read-beyond-check@xdp#OFF=13" */
  readonly id: string;
  readonly file: string;
  /** line of `program` in the file */
  readonly line: number;
  readonly typeName: string;
  readonly type: number;
  readonly caps: readonly Capabilities[];
  readonly maps: readonly CorpusMap[];
  readonly attach: number;
  readonly flags: number;
  readonly license: string;
  readonly instructions: Uint8Array;
  readonly btf?: Uint8Array;
  readonly functionInfo?: Uint8Array;
  /** functions by their first slot, as the file describes them */
  readonly functions?: readonly { readonly name: string; readonly instruction: number }[];
  /** changes when anything changes that the kernel is given; a recording carries it */
  readonly hash: string;
}

interface Draft {
  name: string;
  line: number;
  directives: { word: string; rest: string; line: number }[];
  assembly: string[];
}

function mapOf(text: string): CorpusMap {
  const [shape = '', word, rest] = text.split(/ (frozen|value) /);
  const bytes = word === 'frozen' ? rest : undefined;
  const [name, key, value, entries, flags] = shape.split(':');
  const row = MAP_TYPES.find((type) => type.name === name);
  if (!row) throw new Error(`no map type "${name}"`);
  const map = {
    type: row.id,
    key: Number(key),
    value: Number(value),
    entries: Number(entries),
    flags: Number(flags ?? (name === 'lpm_trie' ? 1 : 0)),
  };
  if (word === 'value') {
    const fields = Object.fromEntries(
      (rest ?? '')
        .split(',')
        .map((field) => field.split(':'))
        .map(([what = '', at]) => [what, Number(at)] as const),
    );
    return { ...map, fields };
  }
  if (bytes !== undefined) return { ...map, frozen: bytes.padEnd(map.value * 2, '0') };
  return name === 'array_of_maps' || name === 'hash_of_maps' ? { ...map, inner: 0 } : map;
}

function drafts(text: string): Draft[] {
  const found: Draft[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const last = found.at(-1);
    if (/^\s|^[\w.$]+:$/.test(line)) last?.assembly.push(line);
    else {
      const [, word, rest] = /^(\S+)\s*(.*)$/.exec(line) as unknown as [string, string, string];
      if (word === 'program') found.push({ name: rest.trim(), line: i + 1, directives: [], assembly: [] });
      else last?.directives.push({ word, rest: rest.trim(), line: i + 1 });
    }
  });
  return found;
}

/** Every combination of the values of the `each` lines. */
function combinations(axes: readonly { name: string; values: readonly string[] }[]): Record<string, string>[] {
  return axes.reduce<Record<string, string>[]>(
    (sofar, axis) => sofar.flatMap((row) => axis.values.map((value) => ({ ...row, [axis.name]: value }))),
    [{}],
  );
}

function functionsOf(rows: readonly string[], labels: ReadonlyMap<string, number>): FunctionDescription[] {
  return rows
    .map((row) => {
      const [, label, name, linkage, returns, list] = /^(\S+) (\S+) (static|global) (\w+)\((.*)\)$/.exec(row) ?? [];
      const slot = label === 'main' ? 0 : labels.get(label ?? '');
      if (slot === undefined || !name) throw new Error(`cannot read: function ${row}`);
      const words = (list ?? '').split(/[\s,]+/).filter((word) => word !== '') as BtfWord[];
      return { name, global: linkage === 'global', returns: returns as BtfWord, arguments: words, slot };
    })
    .sort((a, b) => a.slot - b.slot);
}

/** The kernel is given nothing else than what this reads. */
export function hashOf(
  test: Pick<CorpusCase, 'type' | 'maps' | 'attach' | 'flags' | 'license' | 'instructions' | 'btf'>,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([test.type, test.maps, test.attach, test.flags, test.license]));
  hash.update(test.instructions);
  if (test.btf) hash.update(test.btf);
  return hash.digest('hex').slice(0, 12);
}

function casesOf(file: string, draft: Draft): CorpusCase[] {
  const all = (word: string): string[] => draft.directives.filter((row) => row.word === word).map((row) => row.rest);
  const known = ['type', 'each', 'map', 'caps', 'attach', 'flags', 'license', 'function'];
  for (const row of draft.directives) {
    if (!known.includes(row.word)) throw new Error(`${file}:${row.line}: unknown directive "${row.word}"`);
  }
  const axes = all('each').map((text) => {
    const [name = '', ...values] = text.split(/\s+/);
    return { name, values };
  });
  const cases: CorpusCase[] = [];
  for (const typeName of (all('type')[0] ?? 'xdp').split(/\s+/)) {
    const facts = CORPUS_TYPES[typeName];
    if (!facts) throw new Error(`${file}:${draft.line}: no program type "${typeName}"`);
    for (const row of combinations(axes)) {
      const words: Record<string, string | number> = { ...facts.words, ...row };
      const fill = (text: string): string => {
        const replaced = text.replace(/\{(\w+)\}/g, (whole, name: string) =>
          String(words[name] ?? whole).replaceAll('|', ' '),
        );
        return replaced.replace(/\bcall ([a-z]\w+)\s*$/, (whole, name: string) => {
          const kfunc = kfuncByName(name)?.id;
          if (kfunc !== undefined) return `call runtime ${kfunc}`;
          const number = HELPER_NUMBERS[name];
          return number === undefined ? whole : `call ${number}`;
        });
      };
      const { instructions, problems, labels } = assemble(draft.assembly.map(fill).join('\n'));
      if (problems[0]) {
        const { line, message } = problems[0];
        throw new Error(`${file}:${draft.line} ${draft.name}: ${message} in "${draft.assembly[line - 1]?.trim()}"`);
      }
      const functions = functionsOf(all('function').map(fill), labels);
      const plain = all('map').map((text) => mapOf(fill(text)));
      const described =
        functions.length > 0 || plain.some((map) => map.fields)
          ? describeFunctions(
              functions,
              facts.context,
              plain.map((map) => (map.fields ? { size: map.value, ...map.fields } : null)),
            )
          : null;
      const maps = plain.map((map, i) =>
        map.fields && described ? { ...map, keytype: described.keyType, valuetype: described.valueTypes[i] ?? 0 } : map,
      );
      const suffix = Object.entries(row).map(([name, value]) => `#${name}=${value}`);
      const test = {
        id: `${file}/${draft.name}@${typeName}${suffix.join('')}`,
        file,
        line: draft.line,
        typeName,
        type: facts.id,
        caps: (all('caps')[0] ?? (facts.tracing ? 'root' : 'root bpf')).split(/\s+/) as Capabilities[],
        maps,
        attach: Number(all('attach').map(fill)[0] ?? 0),
        flags: Number(all('flags').map(fill)[0] ?? 0),
        license: all('license').map(fill)[0] ?? 'GPL',
        instructions: encodeInstructions(instructions),
        ...(described
          ? {
              btf: described.btf,
              functionInfo: described.functionInfo,
              functions: functions.map(({ name, slot }) => ({ name, instruction: slot })),
            }
          : {}),
      };
      cases.push({ ...test, hash: hashOf(test) });
    }
  }
  return cases;
}

/** Cases of one file's text. `file` is its name without ending. Throws with file and line where the text is wrong. */
export function readCorpusText(file: string, text: string): CorpusCase[] {
  const seen = new Set<string>();
  return drafts(text).flatMap((draft) => {
    if (seen.has(draft.name)) throw new Error(`${file}:${draft.line}: a second program "${draft.name}"`);
    seen.add(draft.name);
    return casesOf(file, draft);
  });
}

/** Names of the corpus's files, without ending. */
export const corpusFiles = (): string[] =>
  readdirSync(CORPUS)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length))
    .sort();

export const readCorpusFile = (file: string): CorpusCase[] =>
  readCorpusText(file, readFileSync(join(CORPUS, `${file}.txt`), 'utf8'));

/** What the kernel is to be asked about a case. */
export const loadRequestOf = (test: CorpusCase, caps: Capabilities, level = 1): LoadRequest => ({
  type: test.type,
  instructions: test.instructions,
  maps: test.maps,
  caps,
  attach: test.attach,
  flags: test.flags,
  license: test.license,
  level,
  btf: test.btf,
  functionInfo: test.functionInfo,
});
