// Formatting: what it changes, that it changes no token, and that a second time changes nothing.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lex } from '../preprocess/lexer.ts';
import { format } from './format.ts';

const examples = join(import.meta.dirname, '../../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[ch]$/.test(name));
const texts = new Map(files.map((name) => [name, readFileSync(join(examples, name), 'utf8')]));

const tokens = (text: string): string => {
  const raw = lex(text);
  return Array.from({ length: raw.count }, (_, i) => `${raw.kinds[i]}:${raw.values[i]}`).join(' ');
};
const comments = (text: string): string[] =>
  (text.match(/\/\*[\s\S]*?\*\/|\/\/.*/g) ?? []).map((it) => it.replace(/\s+/g, ' ').trim());

describe('the course’s own C stays as it is', () => {
  test.each([...texts].filter(([name]) => name.endsWith('.bpf.c')))('%s', (_, text) => expect(format(text)).toBe(text));
});

test.each([
  [
    'blanks and depth',
    'int f( int a,int b ){\nif(a>b)\nreturn a ;\n    return b;\n}',
    'int f(int a, int b){\n\tif (a > b)\n\t\treturn a;\n\treturn b;\n}\n',
  ],
  [
    'a chain of ifs',
    'void f(void)\n{\nif (a)\nb();\nelse if (c)\nd();\nelse\ne();\nf();\n}\n',
    'void f(void)\n{\n\tif (a)\n\t\tb();\n\telse if (c)\n\t\td();\n\telse\n\t\te();\n\tf();\n}\n',
  ],
  [
    'a switch',
    'void f(void)\n{\nswitch (x) {\ncase 1:\na();\nbreak;\ndefault:\nb();\n}\n}\n',
    'void f(void)\n{\n\tswitch (x) {\n\tcase 1:\n\t\ta();\n\t\tbreak;\n\tdefault:\n\t\tb();\n\t}\n}\n',
  ],
  [
    'labels and directives at the edge',
    'void f(void)\n{\n  goto out;\n#ifdef X\n x();\n#endif\n  out:\n  return;\n}\n',
    'void f(void)\n{\n\tgoto out;\n#ifdef X\n\tx();\n#endif\nout:\n\treturn;\n}\n',
  ],
  ['many empty lines', 'int a;\n\n\n\nint b;   \n\n', 'int a;\n\nint b;\n'],
  ['minus signs that must not meet', 'int f(void) { return a - -b; }', 'int f(void) { return a - -b; }\n'],
  ['stars and ampersands are the writer’s', 'char *a = &b;\nint c = a * b;', 'char *a = &b;\nint c = a * b;\n'],
])('%s', (_, before, after) => expect(format(before)).toBe(after));

test('an open comment or string is left alone', () => {
  expect(format('int a; /* never closed')).toBeNull();
  expect(format('char *s = "open\n;')).toBeNull();
});

test('no token and no comment changes, and twice is once, on shaken texts', () => {
  let seed = 3;
  const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
  const blanks = [' ', '\t', '\n', '  ', '\n\n\n', ''];
  for (const [name, text] of [...texts].slice(0, 12)) {
    for (let round = 0; round < 12; round++) {
      // White space between tokens is what formatting is about: shake it, but not inside directives and comments.
      const shaken = text
        .split('\n')
        .map((line) =>
          /^\s*(#|\/|\*)|\\$|["']|\/\*/.test(line)
            ? line
            : line.replace(/([;{},()=]) ?/g, (_, sign: string) => sign + (blanks[random(blanks.length)] ?? '')),
        )
        .join('\n');
      const once = format(shaken);
      if (once === null) continue;
      expect(tokens(once), name).toBe(tokens(shaken));
      expect(comments(once), name).toEqual(comments(shaken));
      expect(format(once), name).toBe(once);
    }
  }
});
