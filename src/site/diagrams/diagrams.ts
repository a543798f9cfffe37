// All drawings and their words, by name; checked when they are used, with errors that name the file to mend.
import { shapeSchema, unmatchedLabels, wordsSchema, type Shape, type Words } from './shape.ts';

const files = import.meta.glob<unknown>('../../../content/chapters/*/diagrams/*.json', {
  eager: true,
  import: 'default',
});

function find(name: string): { path: string; content: unknown } | null {
  const path = Object.keys(files).find((candidate) => candidate.endsWith(`/diagrams/${name}.json`));
  return path ? { path: path.replace(/^(\.\.\/)+/, ''), content: files[path] } : null;
}

/** The drawing called `name` and its words, in `language` or, where they are missing, in English. */
export function diagramNamed(name: string, language: string): { shape: Shape; words: Words } {
  const shape = find(name);
  const words = find(`${name}.${language}`) ?? find(`${name}.en`);
  if (!shape) throw new Error(`there is no content/chapters/*/diagrams/${name}.json`);
  if (!words) throw new Error(`${shape.path} has no words: write ${name}.${language}.json beside it`);
  const drawing = shapeSchema.parse(shape.content);
  const text = wordsSchema.parse(words.content);
  const unmatched = unmatchedLabels(drawing, text);
  if (unmatched.length > 0) {
    throw new Error(`${words.path}: "labels" and the drawing do not name the same parts: ${unmatched.join(', ')}`);
  }
  return { shape: drawing, words: text };
}
