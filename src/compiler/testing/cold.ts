// node cold.ts SOURCE INCLUDE…: compiles a file some times in this one process, the first time with nothing warm, and prints the
// milliseconds of each as JSON. The benchmark starts it anew for every cold figure.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { compile } from '../compile.ts';

const [path = '', ...includePaths] = process.argv.slice(2);
const RUNS = 6;
const main = basename(path);
const source = readFileSync(path, 'utf8');
const files = {
  get(name: string): string | undefined {
    if (name === main) return source;
    return statSync(name, { throwIfNoEntry: false })?.isFile() ? readFileSync(name, 'utf8') : undefined;
  },
};
const times = Array.from({ length: RUNS }, () => {
  const begin = performance.now();
  const defines = { __TARGET_ARCH_x86: '1', __x86_64__: '1' };
  const { object } = compile({ files, main, includePaths, defines, builtinHeaders: false });
  if (!object) throw new Error(`${path} does not compile`);
  return performance.now() - begin;
});
console.log(JSON.stringify(times));
