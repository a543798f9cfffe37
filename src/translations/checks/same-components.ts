// Examples, diagrams, terms, sources, asides: both languages show the same things.
import { check, pairsOf, surplus } from './check.ts';
import type { Section, Use } from '../mdx.ts';

/** Attributes that are prose, and so differ between languages. */
const prose = new Set(['title', 'alt', 'caption']);

const spell = (use: Use): string =>
  `<${[use.name, ...Object.entries(use.attributes).flatMap(([key, value]) => (prose.has(key) ? [] : `${key}="${value}"`))].join(' ')}>`;

const spelled = (section: Section): string[] => section.uses.map(spell);

export const sameComponents = check(
  'same-components',
  'a translated section has the same examples, diagrams, terms, sources and asides as the original',
  function* (course) {
    for (const { original, translated, of, text, severity } of pairsOf(course)) {
      for (const missing of surplus(spelled(original), spelled(translated))) {
        const line = original.uses.find((use) => spell(use) === missing)?.line ?? original.line;
        yield {
          severity,
          file: text.path,
          line: translated.line,
          message: `the section {#${translated.id}} lacks ${missing}`,
          mend: `put it in as in ${of.path}:${line}`,
        };
      }
      for (const extra of surplus(spelled(translated), spelled(original))) {
        yield {
          severity,
          file: text.path,
          line: translated.uses.find((use) => spell(use) === extra)?.line ?? translated.line,
          message: `${extra} stands here but not in the section {#${original.id}} of ${of.path}`,
          mend: 'take it out, or put it into the other language too',
        };
      }
    }
  },
);
