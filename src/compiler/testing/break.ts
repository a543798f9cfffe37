// Random programs with one mistake that people make: a check or a first value left out, an index that may be too large. They still
// compile; whether the verifier takes them is the question.
import { mapTexts, type Program } from './program-text.ts';
import type { Random } from './random.ts';

interface Mistake {
  readonly name: string;
  readonly where: RegExp;
  /** what stands there instead; `found` is what `where` matched, with its groups */
  readonly instead: (random: Random, ...found: string[]) => string;
}

const MISTAKES: readonly Mistake[] = [
  { name: 'no bounds check', where: /if \(\(void \*\)\(in \+ 1\) > [^;]*;/g, instead: () => '' },
  {
    name: 'bounds check of fewer bytes',
    where: /\(void \*\)\(in \+ 1\) >/g,
    instead: (random) => `(void *)((u8 *)in + ${random.pick([0, 1, 8, 24, 32, 40, 63])}) >`,
  },
  {
    name: 'bounds check the wrong way round',
    where: /(\(in \+ 1\)) > /g,
    instead: (random, _, left = '') => `${left} ${random.pick(['<', '==', '>='])} `,
  },
  { name: 'no null check', where: /if \(k\d+v\)/g, instead: () => 'if (1)' },
  { name: 'no null check', where: /if \(!k\d+p\)/g, instead: () => 'if (0)' },
  {
    name: 'null check the wrong way round',
    where: /if \((!?)(k\d+[vp])\)/g,
    instead: (_, __, not = '', name = '') => `if (${not ? '' : '!'}${name})`,
  },
  {
    name: 'a wider mask of an index',
    where: / & ([137])\]/g,
    instead: (random, _, mask) => ` & ${random.pick([Number(mask) * 2 + 1, Number(mask) + 1, 255, 0x7fffffff])}]`,
  },
  { name: 'no mask of an index', where: / & [137]\]/g, instead: () => ']' },
  {
    name: 'an index beyond the end',
    where: /(->tail|in->out)\[\d\]/g,
    instead: (random, _, array = '') => `${array}[${random.pick([4, 8, 9, 300, -1])}]`,
  },
  {
    name: 'a pointer moved too far',
    where: /(shared \+ \(\(.*?\) & )1\)/g,
    instead: (random, _, left = '') => `${left}${random.pick([3, 7, 0xffff])})`,
  },
  {
    name: 'no first value',
    where: /^((?:volatile )?[us](?:8|16|32|64) v\d+|[us](?:8|16|32|64) t\d+\[\d\]|(?:struct|union) \w+ r\d+) = .*;$/g,
    instead: (_, __, declaration) => `${declaration};`,
  },
  {
    name: 'no first value of a key',
    where: /(\{ u32 k\d*) = .*? & 7;/g,
    instead: (_, __, declaration) => `${declaration};`,
  },
];

/** One mistake at one place, both drawn; null when there is no place for any. */
export function breakProgram(program: Program, random: Random): { program: Program; mistake: string } | null {
  const places = MISTAKES.map(({ where }) => {
    let count = 0;
    mapTexts(program, (text) => {
      count += text.match(where)?.length ?? 0;
      return text;
    });
    return count;
  });
  const possible = MISTAKES.filter((_, i) => places[i]! > 0);
  if (possible.length === 0) return null;
  const mistake = random.pick(possible);
  let left = random.below(places[MISTAKES.indexOf(mistake)]!);
  const broken = mapTexts(program, (text) =>
    text.replace(mistake.where, (...found: string[]) => (left-- === 0 ? mistake.instead(random, ...found) : found[0]!)),
  );
  return { program: broken, mistake: mistake.name };
}
