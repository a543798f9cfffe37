// A line of the log that is a message → its number and arguments, by the same templates that write it.
import { HELPERS } from '../bpf/helpers.ts';
import { kfuncByName } from '../bpf/kfuncs.ts';
import { MESSAGE_ARGUMENTS, MESSAGE_NAMES, MESSAGE_TEMPLATES, WORD, renderMessage } from '../bpf/verifier-messages.ts';
import { readRegisterType } from './read-state.ts';

export interface ReadMessage {
  readonly name: string;
  readonly values: readonly bigint[];
}

const words = new Map<string, number>();
{
  // The words are only to be had through a message that begins with one of them.
  const frame = MESSAGE_NAMES.findIndex(
    (_, id) => MESSAGE_ARGUMENTS[id] === 's' && MESSAGE_TEMPLATES[id]?.startsWith('%s '),
  );
  const behind = (MESSAGE_TEMPLATES[frame]?.length ?? 0) - '%s'.length + '\n'.length;
  for (const number of Object.values(WORD)) words.set(renderMessage(frame, [BigInt(number)]).slice(0, -behind), number);
}
const btfKinds = new Map<string, number>();
{
  const frame = MESSAGE_NAMES.findIndex((_, id) => (MESSAGE_ARGUMENTS[id] ?? '').startsWith('db'));
  for (let kind = 0; frame >= 0 && kind < 20; kind++) {
    const name = /'(\w+)/.exec(renderMessage(frame, [0n, BigInt(kind), 0n, 0n]))?.[1];
    if (name !== undefined && !btfKinds.has(name)) btfKinds.set(name, kind);
  }
}
const helperNumbers = new Map(HELPERS.map((helper) => [`bpf_${helper.name}`, helper.id]));

const CONVERSIONS: Readonly<Record<string, string>> = {
  d: '(-?\\d+)',
  ld: '(-?\\d+)',
  lld: '(-?\\d+)',
  llu: '(\\d+)',
  u: '(\\d+)',
  '02x': '([0-9a-f]{2,})',
  x: '([0-9a-f]+)',
  '#x': '(0x[0-9a-f]+|0)',
};

interface Reader {
  readonly id: number;
  readonly pattern: RegExp;
  readonly hexadecimal: readonly boolean[];
  /** letters that the template fixes: the more, the surer */
  readonly fixed: number;
}

const readers: Reader[] = MESSAGE_TEMPLATES.map((template, id) => {
  const hexadecimal: boolean[] = [];
  let fixed = 0;
  const pattern = template
    .replace(/\\c$/, '')
    .split(/(%(?:lld|llu|ld|d|u|02x|#x|x|s))/)
    .map((piece, i) => {
      if (i % 2 === 0) {
        fixed += piece.length;
        return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      hexadecimal.push(/x/.test(piece));
      return CONVERSIONS[piece.slice(1)] ?? '(.*?)';
    });
  const tail = template.endsWith('\\c') ? '(.*)' : '';
  return { id, pattern: new RegExp(`^${pattern.join('')}${tail}$`), hexadecimal, fixed };
}).sort((a, b) => b.fixed - a.fixed);
const goesOn = (id: number): boolean => (MESSAGE_TEMPLATES[id] ?? '').endsWith('\\c');
/** whole lines; beginnings that other messages go on from; what only stands behind such a beginning */
const whole = readers.filter(({ id, fixed }) => fixed >= 6 && !goesOn(id));
const beginnings = readers.filter(({ id, fixed }) => fixed >= 6 && goesOn(id));
const middles = readers.filter(({ id }) => goesOn(id));
const ends = readers.filter(({ id }) => !goesOn(id));

/** Numbers for the names of functions and maps, which a log knows by name only. */
export interface NameNumbers {
  readonly subprogram: (name: string) => number;
  readonly map: (name: string) => number;
}

function valueOf(kind: string, text: string, hexadecimal: boolean, names: NameNumbers): bigint[] | null {
  switch (kind) {
    case 't': {
      const type = readRegisterType(text);
      return type === 0 ? null : [BigInt(type)];
    }
    case 'h':
      return [BigInt(helperNumbers.get(text) ?? 0)];
    case 'k':
      return [BigInt(kfuncByName(text)?.id ?? 0)];
    case 's': {
      const number = words.get(text);
      return number === undefined ? null : [BigInt(number)];
    }
    case 'n': {
      const tnum = /^\((0x[0-9a-f]+); (0x[0-9a-f]+)\)$/.exec(text);
      if (tnum?.[1] && tnum[2]) return [BigInt(tnum[1]), BigInt(tnum[2])];
      return /^(0x[0-9a-f]+|\d+)$/.test(text) ? [BigInt(text), 0n] : null;
    }
    case 'b':
      return [BigInt(btfKinds.get(text) ?? 0)];
    case 'i':
      return [0n];
    case 'f':
      return [BigInt(names.subprogram(text))];
    case 'm':
      return [BigInt(names.map(text))];
    default:
      if (!/^(0x)?-?[0-9a-f]+$/.test(text)) return null;
      return [hexadecimal && !text.startsWith('0x') ? BigInt(`0x${text}`) : BigInt(text)];
  }
}

function match(
  readers: readonly Reader[],
  line: string,
  names: NameNumbers,
): { message: ReadMessage; rest: string } | null {
  for (const { id, pattern, hexadecimal } of readers) {
    const found = pattern.exec(line);
    if (!found) continue;
    const kinds = [...(MESSAGE_ARGUMENTS[id] ?? '')];
    const values = kinds.map((kind, i) => valueOf(kind, found[i + 1] ?? '', hexadecimal[i] ?? false, names));
    if (values.some((value) => value === null)) continue;
    const message = { name: MESSAGE_NAMES[id] ?? '', values: values.flatMap((value) => value ?? []) };
    return { message, rest: goesOn(id) ? (found[kinds.length + 1] ?? '') : '' };
  }
  return null;
}

/** The messages of one line, several where one goes on from another; null for a line that is none that we know. */
export function readMessages(line: string, names: NameNumbers): ReadMessage[] | null {
  const one = match(whole, line, names);
  if (one) return [one.message];
  let step = match(beginnings, line, names);
  const messages: ReadMessage[] = [];
  while (step) {
    messages.push(step.message);
    if (step.rest === '') return null;
    const last = match(ends, step.rest, names);
    if (last) return [...messages, last.message];
    step = match(middles, step.rest, names);
  }
  return null;
}

/** Names of the messages in the lines that say what is wrong: a message a line, but for one that is two lines long. */
export function messageNames(lines: readonly string[]): string[] {
  const numbers: NameNumbers = { subprogram: () => 0, map: () => 0 };
  const read = (line: string): readonly ReadMessage[] => {
    const begun = match(beginnings, line, numbers);
    // Linux forgot the end of one line, so that the message stands there as a beginning of nothing.
    return readMessages(line, numbers) ?? (begun?.rest === '' ? [begun.message] : []);
  };
  const found = readMessages(lines.join('\n'), numbers) ?? lines.flatMap(read);
  return found.map((message) => message.name);
}
