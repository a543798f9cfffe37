// A mistyped component stops the build with a message about the program that the chapter becomes. Here it is said in the
// writer's words, on the writer's line.
import { vocabulary } from '../vocabulary.ts';
import { check, textsOf, type Place } from './check.ts';

const tag = /<(\/?)([A-Z]\w*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*(\/?)>/g;
const known = Object.keys(vocabulary).join(', ');

interface Open {
  readonly name: string;
  readonly line: number;
}

/** The lines of a text in which components count: not those between ``` and ```, and nothing inside `…`. */
function* prose(source: string): Generator<[line: string, number: number]> {
  let fenced = false;
  for (const [index, line] of source.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    else if (!fenced) yield [line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length)), index + 1];
  }
}

function* inText(file: string, source: string): Generator<Place> {
  const open: Open[] = [];
  for (const [text, line] of prose(source)) {
    for (const [whole, closes, name = '', attributes = '', alone] of text.matchAll(tag)) {
      const word = vocabulary[name];
      if (!word) {
        yield { file, line, message: `there is no <${name}>`, mend: `the words are: ${known}` };
        continue;
      }
      if (closes === '/') {
        const last = open.pop();
        if (last?.name === name) continue;
        if (last) open.push(last);
        yield {
          file,
          line,
          message: last ? `</${name}> stands where </${last.name}> is expected` : `${whole} closes nothing`,
          mend: last ? `close the <${last.name}> of line ${last.line} first` : `open it before, or take it out`,
        };
        continue;
      }
      const given = new Map(
        [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map((pair) => [pair[1] ?? '', pair[2] ?? '']),
      );
      const missing = word.needs.filter((attribute) => !given.get(attribute)?.trim());
      // The check "sources" has more to say about a <Source>.
      if (missing.length > 0 && name !== 'Source')
        yield { file, line, message: `<${name}> lacks ${missing.join(' and ')}`, mend: `write ${word.example}` };
      for (const [attribute, values] of Object.entries(word.values ?? {})) {
        const value = given.get(attribute);
        if (value !== undefined && !values.includes(value))
          yield {
            file,
            line,
            message: `${attribute}="${value}" is not one of them`,
            mend: `write ${values.join(', ')}`,
          };
      }
      if (alone !== '/' && word.text !== false) open.push({ name, line });
      else if (alone !== '/')
        yield { file, line, message: `<${name}> has no text inside`, mend: `end it with />: ${word.example}` };
      else if (word.text === true) yield { file, line, message: `<${name} /> is empty`, mend: `write ${word.example}` };
    }
  }
  for (const { name, line } of open)
    yield { file, line, message: `<${name}> is never closed`, mend: `write </${name}> after its text` };
}

export const vocabularyCheck = check(
  'vocabulary',
  'a text uses the components that there are, complete and closed',
  function* (course) {
    for (const { text } of textsOf(course)) yield* inText(text.path, text.source);
  },
);
