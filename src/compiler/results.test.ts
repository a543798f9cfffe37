// What the C of fixtures/results computes: recorded beside each file, the same at every -mcpu, and what clang's object
// computes too, where clang is installed. `// cpu: v3 v4` in a file's first lines names the instruction sets it needs.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import { compile } from './compile.ts';
import { type Cpu, Differential, inputsOf } from './testing/differential.ts';

const FOLDER = fileURLToPath(new URL('fixtures/results/', import.meta.url));
const FIXTURES = readdirSync(FOLDER).filter((name) => name.endsWith('.c'));
const ALL: readonly Cpu[] = ['v1', 'v2', 'v3', 'v4'];

const clang = judgePresent('clang', clangAbsence());
let machine: Differential;
beforeAll(async () => {
  machine = await Differential.create();
});

describe.each(FIXTURES)('%s', (name) => {
  const source = readFileSync(FOLDER + name, 'utf8');
  const cpus = (/^\/\/ cpu: (.*)$/m.exec(source)?.[1]?.split(' ') ?? ALL) as readonly Cpu[];

  test('computes what is recorded', async () => {
    const results = new Set<string>();
    for (const cpu of cpus) {
      const { object, diagnostics } = compile({ files: new Map([[name, source]]), main: name, cpu });
      expect(diagnostics.map(renderDiagnostic)).toEqual([]);
      results.add(await machine.runHere(object!, inputsOf(1)));
    }
    expect([...results]).toHaveLength(1);
    await expect(`${[...results][0]}\n`).toMatchFileSnapshot(`${FOLDER}${name.replace(/\.c$/, '.txt')}`);
  });

  test.skipIf(!clang)('clang agrees', async () => {
    const answer = await compileWithClang(source, { cpu: 'v3', name, flags: ['-w'] });
    expect(answer.messages).toBe('');
    const result = await machine.runHere(answer.object!, inputsOf(1));
    expect(`${result}\n`).toBe(readFileSync(`${FOLDER}${name.replace(/\.c$/, '.txt')}`, 'utf8'));
  });
});
