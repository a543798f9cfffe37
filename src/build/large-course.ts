// A course of realistic size to measure and test with: the project copied to a folder of its own, its first chapter's
// sections drawn anew from a seed into as many chapters as are asked for, in both languages.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accept } from '../translations/accept.ts';
import { readCourse, type Chapter } from '../translations/course.ts';
import { readFiles, type Files } from '../translations/files.ts';
import type { Section, Text } from '../translations/mdx.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A level-two section with the level-three sections beneath it, by heading id, without the opening and the ending. */
function groupsOf(text: Text): string[][] {
  const groups: string[][] = [];
  for (const heading of text.headings) {
    if (heading.id === null) continue;
    if (heading.level === 2) groups.push([heading.id]);
    else groups.at(-1)?.push(heading.id);
  }
  return groups;
}

const bodyOf = (text: Text, id: string, suffix: string): string =>
  (text.sections.find((section) => section.id === id)?.source ?? '').replace(`{#${id}}`, `{#${id}${suffix}}`);

/** Front matter is kept, but for the pin, which `accept` sets, and a number that tells titles apart. */
function opening(text: Text, number: number): string {
  const key = (name: string): string => text.frontMatter.get(name)?.value ?? '';
  const top = text.sections[0] as Section;
  const front = `title: "${key('title')} ${number}"\ndescription: ${key('description')}\nquestion: ${key('question')}`;
  return `---\n${front}\n---\n\n${top.source.split('\n').slice(4).join('\n').trim()}`;
}

/** The files of `count` chapters, drawn from `model`; same seed, same files. */
export function drawChapters(model: Chapter, count: number, seed: number, from = 100): Map<string, string> {
  const written = new Map<string, string>();
  const original = model.texts.get(model.original ?? '');
  if (!original) throw new Error(`${model.folder} has no original`);
  const draw = random(seed);
  for (let n = 0; n < count; n++) {
    const folder = `content/chapters/${from + n}-drawn-${from + n}`;
    // Each section is taken or left, in a drawn order, and the last two stay last; two rounds where the first is short.
    const groups = groupsOf(original);
    const ending = groups.splice(-2);
    const order = groups.map((group) => ({ group, key: draw() })).sort((a, b) => a.key - b.key);
    const kept = order.filter(({ key }) => key > 0.12).map(({ group }) => group);
    const again = kept.slice(0, Math.floor(draw() * 3)).map((group) => ({ group, suffix: '-again' }));
    const plan = [...kept, ...ending].map((group) => ({ group, suffix: '' }));
    plan.splice(kept.length, 0, ...again);
    for (const [language, text] of model.texts) {
      const bodies = plan.flatMap(({ group, suffix }) => group.map((id) => bodyOf(text, id, suffix)));
      const here = new Set(plan.filter(({ suffix }) => suffix === '').flatMap(({ group }) => group));
      // What leads to a section that was left out leads to the chapter that has it.
      const source = [opening(text, from + n), ...bodies]
        .join('\n\n')
        .replaceAll(/\]\(#([^)]+)\)/g, (link, id: string) =>
          here.has(id) ? link : `](/${language}/${model.id}/#${id})`,
        );
      written.set(`${folder}/${language}.mdx`, `${source}\n`);
    }
    written.set(`${folder}/chapter.json`, `{ "part": ${1 + (n % 3)}, "needs": ["${model.id}"] }\n`);
  }
  return written;
}

/** The course with chapters drawn until there are `count`, every translation accepted. */
export function largeCourse(files: Files, count: number, seed: number): Map<string, string> {
  const course = readCourse(files);
  const model = course.chapters[0];
  if (!model) throw new Error('the course has no chapter to draw from');
  const drawn = drawChapters(model, count - course.chapters.length, seed);
  const grown = new Map([...files, ...drawn]);
  for (const chapter of readCourse(grown).chapters) {
    if (!drawn.has(`${chapter.folder}/chapter.json`)) continue;
    for (const language of chapter.texts.keys()) {
      if (language === model.original) continue;
      const named = { ...chapter, original: model.original };
      for (const [path, source] of accept(named, language)) drawn.set(path, source);
    }
  }
  for (const chapter of readCourse(new Map([...files, ...drawn])).chapters) {
    if (!drawn.has(`${chapter.folder}/chapter.json`) || chapter.original === null) continue;
    for (const [path, source] of accept(chapter, chapter.original)) drawn.set(path, source);
  }
  return drawn;
}

export interface Copy {
  readonly root: string;
  write(files: Files): void;
  /** Runs `npm run NAME -- …` or `npx …` there; wall-clock milliseconds, and what it printed. */
  run(
    command: string,
    ...parameters: string[]
  ): { readonly milliseconds: number; readonly output: string; readonly ok: boolean };
  remove(): void;
}

/** What a build needs; everything else of the project stays where it is. */
const needed = ['src', 'content', 'examples', 'public', 'package.json', 'tsconfig.json', 'astro.config.mjs'];

/** The project in a folder of its own, sharing what is installed. */
export function copyProject(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'course-'));
  for (const name of needed) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of readdirSync(root).filter((it) => /^CONTRIBUTING/.test(it)))
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    root: folder,
    write(files) {
      for (const [path, source] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), source);
      }
    },
    run(command, ...parameters) {
      const began = performance.now();
      const done = spawnSync(command, parameters, {
        cwd: folder,
        encoding: 'utf8',
        shell: process.platform === 'win32',
        env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
        maxBuffer: 64 << 20,
      });
      return {
        milliseconds: performance.now() - began,
        output: `${done.stdout}${done.stderr}`,
        ok: done.status === 0,
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const CHAPTERS = 42;
export const SEED = 20261122;

/** What a course of 42 chapters costs: the build beside that of the course as it is, and each command of the workshop. */
export function benchBook(): { readonly name: string; readonly seconds: number }[] {
  const copy = copyProject();
  const rows: { name: string; seconds: number }[] = [];
  const measure = (name: string, command: string, ...parameters: string[]): void => {
    const { milliseconds, output, ok } = copy.run(command, ...parameters);
    if (!ok) throw new Error(`${name}\n${output.slice(-4000)}`);
    rows.push({ name, seconds: milliseconds / 1000 });
  };
  const translations = ['src/translations/cli.ts'];
  const node = ['node', '--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  const command = (...words: string[]): void =>
    measure(`translations ${words.join(' ')}`.trim(), 'npx', ...node, ...translations, ...words);
  try {
    const files = readFiles(copy.root);
    // Once unmeasured: what the tools keep in their caches is there for both.
    copy.run('npx', 'astro', 'build');
    measure(`build, ${readCourse(files).chapters.length} chapter(s)`, 'npx', 'astro', 'build');
    copy.write(largeCourse(files, CHAPTERS, SEED));
    measure(`build, ${CHAPTERS} chapters`, 'npx', 'astro', 'build');
    command();
    command('diff', 'drawn-100', '--language', 'my');
    command('accept', 'drawn-100', '--language', 'my');
    command('new', 'th');
    command('new', 'th', 'drawn-101');
  } finally {
    copy.remove();
  }
  return rows;
}
