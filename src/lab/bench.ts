// What an editor waits for, while one types: compile and verify after a keystroke, and each question of the language service.
// Milliseconds of this thread, as the page's worker spends them.
import { exampleNames, kernelExampleNames, readExample } from '../cli/examples.ts';
import { LanguageService, type LanguageQuery } from '../compiler/service/index.ts';
import type { Project } from './api.ts';
import { kernelSources } from './kernel-lab.ts';
import type { LabEngine } from './lab.ts';
import { checkWay } from './ways.ts';

const KEYSTROKES = 40;
const TYPED = '\n\t__u64 typed = 1 + 2;\n\tif (typed > 1) return 0;\n';

interface Times {
  readonly median: number;
  readonly worst: number;
}
function timesOf(list: number[]): Times {
  const sorted = list.sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 };
}
const text = ({ median, worst }: Times): string => `${median.toFixed(1)} (${worst.toFixed(1)})`.padStart(14);

/** One line for each example: every keystroke is checked with the text as it then stands, most of the time no valid C. */
export function benchEditor(lab: LabEngine): string[] {
  const asks = ['hover', 'complete', 'define', 'signature', 'symbols', 'format'] as const;
  const lines = ['median (worst), ms'.padEnd(26) + ['check', ...asks].map((name) => name.padStart(14)).join('')];
  for (const name of [...exampleNames(), ...kernelExampleNames()]) {
    const { description, files: all } = readExample(name);
    const { main } = description;
    // The page's project: the file that is shown, and every header.
    const files = Object.fromEntries(Object.entries(all).filter(([file]) => file === main || file.endsWith('.h')));
    const original = files[main] ?? '';
    const { kind: target } = description;
    if (target === undefined && !main.endsWith('.bpf.c')) continue;
    // Inside the last function: the last brace that ends a line and is not an initialiser's.
    const brace = original.match(/^[\s\S]*[^=]\s*\{(?=\n)/)?.[0].length ?? 0;
    const textAt = (n: number): string => original.slice(0, brace) + TYPED.slice(0, n) + original.slice(brace);
    const check: number[] = [];
    const answers = new Map<string, number[]>(asks.map((ask) => [ask, []]));
    const service = new LanguageService();
    const timed = (into: number[], work: () => unknown): void => {
      const began = performance.now();
      work();
      into.push(performance.now() - began);
    };
    // The first of all pays for what is then kept: headers in tokens, code that was compiled by the engine.
    const projectAt = (n: number): Project => {
      const project = { files: { ...files, [main]: textAt(n) }, main };
      return target === undefined ? project : { ...project, target };
    };
    const verdict = (project: Project): unknown => (target === undefined ? lab.check(project) : checkWay(project));
    for (let n = 0; n < 8; n++) verdict(projectAt(n));
    for (let n = 0; n < Math.min(KEYSTROKES, TYPED.length); n++) {
      const now = textAt(n);
      const project = projectAt(n);
      const understood = target === 'patch' ? { ...project, beside: kernelSources } : project;
      timed(check, () => verdict(project));
      const before = now.slice(0, brace + n);
      const place = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
      for (const ask of asks) {
        const query = (
          ask === 'symbols' || ask === 'format' ? { ask, file: main } : { ask, file: main, place }
        ) as LanguageQuery;
        timed(answers.get(ask) ?? [], () => service.answer(understood, query));
      }
    }
    lines.push(
      `${name}/${main}`.padEnd(26) +
        [timesOf(check), ...asks.map((ask) => timesOf(answers.get(ask) ?? []))].map(text).join(''),
    );
  }
  return lines;
}
