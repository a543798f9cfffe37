// Keeps the map true: who may import whom, what the pure folders may not touch, and that every path which README.md
// names exists. The table here is README's "Where things live", as data.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Folder of src → folders of src that it may import. Its own folder is always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  bpf: [],
  diagnostics: [],
  compiler: ['bpf', 'diagnostics'],
  kernel: [],
  jit: ['bpf'],
  loader: ['bpf', 'diagnostics', 'kernel', 'jit'],
  explain: ['bpf', 'diagnostics'],
  tools: ['bpf', 'lab'],
  lab: ['bpf', 'diagnostics', 'compiler', 'kernel', 'jit', 'loader', 'explain'],
  cli: ['bpf', 'diagnostics', 'loader', 'lab', 'tools'],
  judge: ['bpf'],
  playground: ['lab', 'tools', 'bpf', 'diagnostics', 'explain', 'translations'],
  translations: [],
  site: ['playground', 'translations', 'bpf', 'lab', 'explain', 'kernel', 'jit'],
  pages: ['site', 'playground', 'translations', 'bpf'],
  build: [
    'bpf',
    'diagnostics',
    'compiler',
    'jit',
    'judge',
    'kernel',
    'lab',
    'loader',
    'explain',
    'cli',
    'translations',
  ],
};

/** What the page may reach of a folder that it must not run on its own thread. */
const PAGE_SEES: Readonly<Record<string, readonly string[]>> = {
  // lists that the reference shows at build
  jit: ['jit/regressions.ts'],
  kernel: ['kernel/verifier/corpus/known-differences.json', 'kernel/verifier/corpus/floors.json'],
  lab: [
    'lab/api.ts',
    'lab/client.ts',
    'lab/messages.ts',
    'lab/addresses.ts',
    'lab/packet-build.ts',
    'lab/packet-describe.ts',
    'lab/packet-fields.ts',
    'lab/pcap.ts',
  ],
};

const PURE = ['bpf', 'diagnostics', 'compiler', 'kernel', 'jit', 'loader', 'explain'];
const IMPURE =
  /\b(?:document|window|localStorage|navigator)\.|\bDate\.now\(|\bnew Date\(|\bperformance\.|\bMath\.random\(|\bfetch\(|from 'node:/;

/** Tests, benchmarks and fuzzers stand beside the code that they try, and may use the judges and the file system. */
const isTool = (path: string): boolean => /\.test\.ts$|(^|\/)(bench|fuzz|testing)[^/]*(\.ts$|\/)/.test(path);

function filesUnder(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'generated' && entry.name !== 'node_modules') found.push(...filesUnder(path));
    } else if (/\.(ts|astro)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path);
  }
  return found;
}

const sources = filesUnder('src').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/g;

function imports(path: string, text: string): { target: string; typeOnly: boolean }[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    target: relative(join(root, 'src'), join(root, dirname(path), match[2] ?? match[3] ?? '')).replaceAll('\\', '/'),
    typeOnly: match[1] !== undefined,
  }));
}

describe('imports', () => {
  const violations: string[] = [];
  for (const { path, text } of sources) {
    const parts = path.split('/');
    const folder = parts[1] ?? '';
    if (parts.length < 3 || isTool(path)) continue;
    const allowed = MAY_IMPORT[folder];
    if (!allowed) {
      violations.push(`${path}: src/${folder} is not in the table`);
      continue;
    }
    for (const { target, typeOnly } of imports(path, text)) {
      const to = target.split('/')[0] ?? '';
      // What names no file is text that a generator writes, not an import.
      const exists = ['', '.ts'].some((ending) => existsSync(join(root, 'src', target + ending)));
      if (target.startsWith('..') || to === folder || !exists) continue;
      if (!allowed.includes(to)) violations.push(`${path} imports src/${target}`);
      const page = folder === 'playground' || folder === 'site' || folder === 'pages';
      const visible = PAGE_SEES[to];
      if (page && visible && !typeOnly && !visible.includes(target)) {
        violations.push(`${path} imports src/${target}, which belongs behind the worker`);
      }
    }
  }
  test('go only where the table allows', () => expect(violations).toEqual([]));

  test('Monaco and CodeMirror are only the playground’s', () => {
    const others = sources.filter(
      ({ path, text }) =>
        !path.startsWith('src/playground/') && !isTool(path) && /from '(?:monaco-editor|@codemirror)/.test(text),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  test('only lab/worker.ts posts messages from inside the lab', () => {
    const others = sources.filter(
      ({ path, text }) =>
        /\bpostMessage\(/.test(text) &&
        !/^src\/(lab\/(worker|client)\.ts|playground\/|site\/(offline\/|client\/offline\.ts))/.test(path) &&
        !isTool(path),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });
});

test('compiler, kernel, jit, loader and explain touch no page, clock, network or file', () => {
  const impure = sources
    .filter(({ path }) => PURE.includes(path.split('/')[1] ?? '') && !isTool(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .map((line, i) => ({ line, at: `${path}:${i + 1}` }))
        .filter(({ line }) => IMPURE.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
        .map(({ at, line }) => `${at}: ${line.trim()}`),
    );
  expect(impure).toEqual([]);
});

test('every source file opens by saying what it is', () => {
  const silent = sources.filter(({ path, text }) => {
    const start = path.endsWith('.astro') ? text.replace(/^---\s*/, '') : text;
    return !/^(\/\/|\/\*|<!--)/.test(start.trimStart());
  });
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('every path that README.md names exists', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const named = [
    ...readme.matchAll(
      /`((?:src|content|examples|e2e|public|\.ci|\.github)\/[\w./{},-]*|[\w-]+\.(?:md|json|mjs|ts))`/g,
    ),
  ];
  const paths = named.map((match) => match[1] ?? '').filter((path) => !/[{}]|\*/.test(path) && path !== 'example.json');
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(join(root, path)) && !path.includes('generated'))).toEqual([]);
});

test('every folder of the table is in use', () => {
  const empty = Object.keys(MAY_IMPORT).filter(
    (folder) => !sources.some(({ path }) => path.startsWith(`src/${folder}/`)),
  );
  expect(empty).toEqual([]);
});
