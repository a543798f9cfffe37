// lab explain: what is wrong with a program, from the log with which a real Linux refused it.
import { readFileSync } from 'node:fs';
import { fillTemplate, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { explainLog } from '../lab/explain-log.ts';
import { readText } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError } from './usage.ts';

const LANGUAGES = ['en', 'my'] as const;

/** A sentence in the language asked for; English is what a diagnostic brings along. */
type Words = (problem: Pick<Diagnostic, 'code' | 'message' | 'args'>) => string;

function wordsIn(language: string): Words {
  if (language === 'en') return ({ message }) => message;
  const file = new URL(`../../content/diagnostics/${language}/verifier.json`, import.meta.url);
  const templates = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;
  return ({ code, message, args }) => fillTemplate(templates[code] ?? message, args);
}

/** What happened, then a line for each place and each hint. */
function lines(diagnostic: Diagnostic, words: Words): string[] {
  const { span, notes, code } = diagnostic;
  const place = span ? `${span.file}:${span.line}: ` : '';
  const said = notes.map((note) => `  ${note.span ? `${note.span.line}: ` : ''}${words(note)}`);
  return [`${place}${code}: ${words(diagnostic)}`, ...new Set(said)];
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('explain', args, {
    language: { type: 'string' },
    json: { type: 'boolean' },
  });
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new UsageError('lab explain: name one file with a verifier log, or - for what is typed or piped in');
  const language = oneOf(values.language ?? 'en', '--language', LANGUAGES);
  const { diagnostic, unknown } = explainLog(file === '-' ? readFileSync(0, 'utf8') : readText(file));
  if (values.json) console.log(JSON.stringify({ file, diagnostic, unknown }));
  else if (diagnostic) for (const line of lines(diagnostic, wordsIn(language))) console.log(line);
  else console.log(`${file}: no refusal that is known here (${unknown.length} lines are not understood)`);
  return Promise.resolve(diagnostic ? EXIT_DONE : EXIT_REJECTED);
}
