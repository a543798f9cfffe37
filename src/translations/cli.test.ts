// A contributor's walk through the commands, in a project of its own, with and without git's history.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './cli.ts';
import { diffLines, renderDiff } from './diff.ts';

const text = (opening: string, first: string): string =>
  `---\ntitle: One\ndescription: A thing.\nquestion: What?\n---\n\n${opening}\n\n## First {#first}\n\n${first}\n`;
const english = 'content/chapters/01-one/en.mdx';
const burmese = 'content/chapters/01-one/my.mdx';

let root = '';
const git = (...parameters: string[]): string =>
  execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...parameters], {
    encoding: 'utf8',
  });
const write = (path: string, source: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), source);
};
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const edit = (path: string, from: string, to: string): void => write(path, read(path).replace(from, to));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'translations-'));
  write('content/ui/en/site.json', '{ "a": "One" }\n');
  write('content/ui/my/site.json', '{ "a": "တစ်" }\n');
  write('examples/README.md', 'Examples.\n');
  write(english, text('Opening.', 'Old text.'));
  write(burmese, text('အစပါ။', 'စာဟောင်းပါ။'));
  write('content/chapters/01-one/chapter.json', '{ "part": 1 }\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('npm run translations', () => {
  it('says what is missing before the first accept, and nothing after it', () => {
    expect(run(root, []).status).toBe(1);
    expect(run(root, ['accept', 'one', '--language', 'my'])).toMatchObject({ status: 0 });
    const answer = run(root, []);
    expect(answer.text).toContain('fresh');
    expect(answer.text).toContain('Nothing is broken.');
    expect(answer.status).toBe(0);
  });

  it('shows exactly what changed, from history', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'One');
    edit(english, 'Old text.', 'New text.');
    const answer = run(root, ['diff', 'one']);
    expect(answer.text).toContain('#first  stale');
    expect(answer.text).toContain('- Old text.\n+ New text.');
    expect(answer.text).toContain(`${burmese}:`);
    expect(answer.text).not.toContain('Opening.');
    expect(run(root, []).status).toBe(0);

    edit(burmese, 'စာဟောင်းပါ။', 'စာအသစ်ပါ။');
    run(root, ['accept', 'one', 'first']);
    expect(run(root, ['diff', 'one']).text).toContain('fresh');
  });

  it('shows the whole section where the history does not reach back', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    edit(english, 'Old text.', 'New text.');
    const { text: answer } = run(root, ['diff', 'one']);
    expect(answer).toContain('the history here does not reach back');
    expect(answer).toContain('New text.');

    // A shallow clone knows one commit, and in it the text is new already.
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'Two');
    const shallow = mkdtempSync(join(tmpdir(), 'shallow-'));
    cpSync(root, shallow, { recursive: true });
    expect(run(shallow, ['diff', 'one', 'first']).text).toContain('New text.');
    rmSync(shallow, { recursive: true, force: true });
  });

  it('says where a section that is missing goes', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    edit(english, '## First {#first}', '## New {#new}\n\nNew.\n\n## First {#first}');
    expect(run(root, ['diff', 'one']).text).toContain(`put it into ${burmese} before line 10, before "First" {#first}`);
    edit(english, 'Old text.', 'Old text.\n\n## Last {#last}\n\nEnd.');
    expect(run(root, ['diff', 'one', 'last']).text).toContain(`put it at the end of ${burmese}`);
  });

  it('never holds up one language for the other', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    write(english, `${read(english)}\n## Second {#second}\n\nNew.\n`);
    edit(english, 'Old text.', 'Old text.\n\nIn two paragraphs.');
    const grown = run(root, []);
    expect(grown.status).toBe(0);
    expect(grown.text).toContain('{#second}" is missing after this one');
    expect(grown.text).toContain('has nothing more where');

    // Accepted as it is, it claims to say the same; then the same places are faults.
    run(root, ['accept', 'one']);
    expect(run(root, []).status).toBe(1);
  });

  it('starts a language and a chapter in it', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    const answer = run(root, ['new', 'th', 'one']);
    expect(answer.text).toContain('wrote content/ui/th/site.json');
    expect(answer.text).toContain('wrote content/chapters/01-one/th.mdx');
    expect(run(root, []).text).toMatch(/one +th +stale +2 of 2/);
    expect(run(root, []).status).toBe(0);
    // Two translations now: the command asks which.
    expect(run(root, ['diff', 'one'])).toMatchObject({ status: 2 });
    expect(run(root, ['accept', 'one', '--language', 'th'])).toMatchObject({ status: 0 });
  });

  it('mends the order of marks', () => {
    write('content/ui/my/site.json', '{ "a": "အဆင\u103a\u1037" }\n');
    expect(run(root, ['mend']).text).toContain('wrote content/ui/my/site.json');
    expect(read('content/ui/my/site.json')).toContain('အဆင\u1037\u103a');
  });

  it.each([
    [['nonsense']],
    [['diff', 'two']],
    [['diff', 'one', 'nowhere', '--language', 'my']],
    [['accept', 'one', '--language', 'th']],
    [['new']],
    [['new', 'Thai!']],
    [['--wrong']],
  ])('says in a sentence what is wrong with %j', (parameters) => {
    const answer = run(root, parameters);
    expect(answer.status).toBe(2);
    expect(answer.text).toContain('npm run translations');
  });

  it('answers in Markdown and JSON', () => {
    run(root, ['accept', 'one', '--language', 'my']);
    expect(run(root, ['--markdown']).text).toContain('| one | my | fresh |');
    expect(JSON.parse(run(root, ['--json']).text)).toMatchObject({ languages: ['en', 'my'] });
  });
});

describe('a difference', () => {
  it('names what was taken out and what was put in, with two lines around', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].join('\n');
    const after = ['a', 'b', 'c', 'd', 'e', 'F', 'g', 'h'].join('\n');
    expect(renderDiff(diffLines(before, after))).toBe(['  …', '  d', '  e', '- f', '+ F', '  g', '  h'].join('\n'));
  });
});
