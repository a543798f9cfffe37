// Random programs by shape: each shape is a kind of reasoning that the verifier does (bounds, linked registers, partial spills, loops,
// callbacks, references …), written so that about half of them are accepted. They are drawn as text in the corpus's own form, so that a
// difference, made small by leaving lines out, can be kept as a program of the corpus as it stands.
import { readCorpusText, type CorpusCase } from './corpus.ts';
import { Random } from './generate.ts';
import type { Capabilities } from './linux.ts';
import { callbacks, subprograms } from './shapes/calls.ts';
import { CONDITIONS, Draw, LETTERS, type Shape } from './shapes/draw.ts';
import { atomics, helperMemory, spills, stackOffset } from './shapes/memory.ts';
import { bounds, linked, loops } from './shapes/numbers.ts';
import { contexts, leaks, nulls, packets, references } from './shapes/pointers.ts';

export interface ShapedProgram {
  readonly seed: number;
  readonly shape: string;
  readonly typeName: string;
  readonly caps: Capabilities;
  /** `function` lines, when the program needs BTF */
  readonly functions: readonly string[];
  /** assembly, a line each; labels stand alone */
  readonly lines: readonly string[];
}

/** Of every program: 0 hash, 1 array, 2 ring buffer, 3 program array, 4 array of several elements. */
export const SHAPE_MAPS = [
  'hash:4:16:4',
  'array:4:64:1',
  'ringbuf:0:0:4096',
  'prog_array:4:4:4',
  'array:4:8:16',
] as const;

const TYPES = ['xdp', 'tc', 'socket', 'tracepoint', 'cgroup_skb', 'raw_tp'] as const;

export const SHAPES: Readonly<Record<string, Shape>> = {
  bounds,
  linked,
  stackOffset,
  spills,
  loops,
  subprograms,
  callbacks,
  nulls,
  references,
  atomics,
  leaks,
  packets,
  helperMemory,
  contexts,
};
const NAMES = Object.keys(SHAPES);

/** Two shapes one after the other sometimes; then, in half the programs, a line is not quite what it should be. */
function mistake(random: Random, lines: string[]): void {
  const at = random.below(lines.length);
  const line = lines[at] ?? '';
  if (line.endsWith(':') || /^\s+exit/.test(line)) return;
  switch (random.below(7)) {
    case 0:
      lines[at] = line.replace(/(?<![\w])(-?\d+)(?!.*\d)/, (text) =>
        String(Number(text) + random.pick([1, -1, 8, -8])),
      );
      break;
    case 1:
      lines[at] = line.replace(/\br\d\b/, `r${random.pick([0, 6, 7, 8, 9])}`);
      break;
    case 2:
      lines.splice(at, 1);
      break;
    case 3:
      lines[at] = line.replace(/^(\s+)(add|sub|and|or|xor|mov|jgt|jlt|jge|jle|jeq|jne|jsgt|jslt) /, '$1$232 ');
      break;
    case 4:
      lines[at] = line.replace(/^(\s+(?:ldx|stx?))(b|h|w|dw) /, (_, head: string) => `${head}${random.pick(LETTERS)} `);
      break;
    case 5:
      lines[at] = line.replace(/\b(jgt|jge|jlt|jle|jsgt|jslt)(?=(32)? )/, () => random.pick(CONDITIONS));
      break;
    default: {
      const other = random.below(lines.length);
      const moved = lines[other] ?? '';
      if (!moved.endsWith(':')) lines.splice(at, 0, moved);
    }
  }
}

/** Without what no jump leads to: Linux refuses it before it looks at anything else. */
function withoutUnreachable(lines: readonly string[]): string[] {
  let kept = [...lines];
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    const targets = new Set(kept.flatMap((line) => / (\w+)$/.exec(line)?.[1] ?? []));
    let reachable = true;
    kept = kept.filter((line) => {
      if (line.endsWith(':')) {
        if (!targets.has(line.slice(0, -1))) return false;
        reachable = true;
      }
      const keep = reachable;
      if (/^\s+(exit|ja )/.test(line)) reachable = false;
      return keep;
    });
  }
  return kept;
}

/** The program of a seed; `only`: nothing but this shape. */
export function drawShape(seed: number, only?: string): ShapedProgram {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const caps: Capabilities = random.once(3) ? 'bpf' : 'root';
  const shape = only ?? random.pick(NAMES);
  let typeName: string = random.pick(TYPES);
  // tracing types need CAP_PERFMON
  if (caps === 'bpf' && (typeName === 'tracepoint' || typeName === 'raw_tp')) typeName = 'xdp';
  const draw = new Draw(random, typeName);
  draw.put('mov r9, r1', 'stdw [r10-64], 0');
  SHAPES[shape]?.(draw, 'out');
  if (only === undefined && random.once(8)) {
    const second = random.pick(['bounds', 'spills', 'nulls', 'packets', 'loops'].filter((name) => name !== shape));
    SHAPES[second]?.(draw, 'out');
  }
  draw.put('out:', `mov r0, ${draw.word('OK')}`, 'exit');
  const lines = [...draw.lines, ...draw.behind];
  if (!random.once(2)) for (let i = 1 + random.below(2); i > 0; i--) mistake(random, lines);
  const reached = withoutUnreachable(lines);
  // the program whose callback nobody names has no BTF
  const functions = reached.includes('body:') ? draw.functions : [];
  return { seed, shape, typeName, caps, functions, lines: reached };
}

/** As a program of the corpus. */
export function textOfShape(program: ShapedProgram, name = `shape-${program.seed}`): string {
  return [
    `program ${name}`,
    `type ${program.typeName}`,
    `caps ${program.caps}`,
    ...SHAPE_MAPS.map((map) => `map ${map}`),
    ...program.functions.map((row) => `function ${row}`),
    ...program.lines,
    '',
  ].join('\n');
}
/** null: the lines do not assemble (a mistake took a label's only line). */
export function caseOfShape(program: ShapedProgram): CorpusCase | null {
  try {
    return readCorpusText('shapes', textOfShape(program))[0] ?? null;
  } catch {
    return null;
  }
}
