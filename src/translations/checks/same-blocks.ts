// Side by side, block stands beside block; that needs the same blocks in the same order.
import { check, pairsOf } from './check.ts';
import type { Block } from '../mdx.ts';

const shape = (blocks: readonly Block[]): Block[] => blocks.filter((block) => block.kind !== 'heading');

const name = (block: Block | undefined): string => (block ? `a ${block.kind}` : 'nothing more');

export const sameBlocks = check(
  'same-blocks',
  'a translated section has the original’s paragraphs, list items and components, one for one',
  function* (course) {
    for (const { original, translated, of, text, severity } of pairsOf(course)) {
      const wanted = shape(original.blocks);
      const found = shape(translated.blocks);
      for (let at = 0; at < Math.max(wanted.length, found.length); at++) {
        if (wanted[at]?.kind === found[at]?.kind) continue;
        yield {
          severity,
          file: text.path,
          line: found[at]?.line ?? translated.line,
          message: `the section {#${translated.id}} has ${name(found[at])} where ${of.path}:${wanted[at]?.line ?? original.line} has ${name(wanted[at])}`,
          mend: 'split, join or add so that both languages have the same paragraphs and list items in the same order',
        };
        break;
      }
    }
  },
);
