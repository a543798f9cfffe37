// Whatever the source is: an object or diagnostics, no exception, no hang. MUTATIONS=10000 asks for more of it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { Random } from './testing/random.ts';

const MUTATIONS = Number(process.env['MUTATIONS'] ?? 150);
const SOURCES = ['load-balancer', 'classifier', 'callbacks'].map((name) =>
  readFileSync(fileURLToPath(new URL(`fixtures/${name}.bpf.c`, import.meta.url)), 'utf8'),
);

function mutate(source: string, random: Random): string {
  const tokens = source.match(/\w+|\s+|[^\w\s]/g)!;
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(tokens.length);
    switch (random.below(5)) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens[at] = tokens[random.below(tokens.length)]!;
        break;
      case 2:
        tokens.splice(at, 0, tokens[random.below(tokens.length)]!);
        break;
      case 3:
        if (random.chance(20)) tokens.length = at + 1;
        break;
      default:
        tokens[at] = random.pick([
          '(',
          ')',
          '{',
          '}',
          '*',
          '0',
          '-1',
          '0xffffffffffffffff',
          'struct',
          'return',
          ';',
          ',',
          'sizeof',
          '\0',
          'ဟေ',
        ]);
    }
  }
  return tokens.join('');
}

test('mutated programs give an object or diagnostics', () => {
  for (let seed = 1; seed <= MUTATIONS; seed++) {
    const random = new Random(seed);
    const source = mutate(random.pick(SOURCES), random);
    const begin = performance.now();
    const { object, diagnostics } = compile({ files: new Map([['m.bpf.c', source]]), main: 'm.bpf.c' });
    expect(object !== null || diagnostics.some((d) => d.severity === 'error'), `seed ${seed}`).toBe(true);
    expect(performance.now() - begin, `seed ${seed}`).toBeLessThan(10_000);
  }
}, 600_000);
