// Links and images in Markdown; sources are components and checked there.
import { check, pairsOf, surplus } from './check.ts';
import type { Link, Section } from '../mdx.ts';

/** An address without the language in it: /my/glossary/ and /en/glossary/ are the same page. */
const neutral = (link: Link): string =>
  `${link.image ? 'image' : 'link'} ${link.target.replace(/^\/[a-z]{2}\//, '/LANGUAGE/')}`;
const neutralised = (section: Section): string[] => section.links.map(neutral);

export const sameLinks = check(
  'same-links',
  'a translated section links to the same pages and shows the same images as the original',
  function* (course) {
    for (const { original, translated, of, text, severity } of pairsOf(course)) {
      for (const missing of surplus(neutralised(original), neutralised(translated))) {
        const line = original.links.find((link) => neutral(link) === missing)?.line ?? original.line;
        yield {
          severity,
          file: text.path,
          line: translated.line,
          message: `the section {#${translated.id}} lacks the ${missing}`,
          mend: `put it in as in ${of.path}:${line}`,
        };
      }
      for (const extra of surplus(neutralised(translated), neutralised(original))) {
        yield {
          severity,
          file: text.path,
          line: translated.links.find((link) => neutral(link) === extra)?.line ?? translated.line,
          message: `the ${extra} is not in the section {#${original.id}} of ${of.path}`,
          mend: 'take it out, or put it into the other language too',
        };
      }
    }
  },
);
