// All checks, in the order in which a writer wants to hear of them.
import { articlePoints } from './article-points.ts';
import { buttonNames } from './button-names.ts';
import { chapterFile } from './chapter-file.ts';
import type { Check } from './check.ts';
import { deadLinks } from './dead-links.ts';
import { diagramWords } from './diagram-words.ts';
import { englishLeft } from './english-left.ts';
import { frontMatter } from './front-matter.ts';
import { glossaryFile } from './glossary-file.ts';
import { glossaryTerms } from './glossary-terms.ts';
import { headingIds } from './heading-ids.ts';
import { json } from './json.ts';
import { markOrder } from './mark-order.ts';
import { nfc } from './nfc.ts';
import { original } from './original.ts';
import { sameBlocks } from './same-blocks.ts';
import { sameComponents } from './same-components.ts';
import { sameLinks } from './same-links.ts';
import { sentenceEnd } from './sentence-end.ts';
import { sources } from './sources.ts';
import { spacing } from './spacing.ts';
import { spokenVoice } from './spoken-voice.ts';
import { vocabularyCheck } from './vocabulary.ts';
import { zawgyi } from './zawgyi.ts';

export const checks: readonly Check[] = [
  json,
  chapterFile,
  original,
  frontMatter,
  vocabularyCheck,
  headingIds,
  sameBlocks,
  sameComponents,
  sameLinks,
  buttonNames,
  deadLinks,
  sources,
  glossaryFile,
  glossaryTerms,
  diagramWords,
  zawgyi,
  markOrder,
  spacing,
  sentenceEnd,
  spokenVoice,
  englishLeft,
  articlePoints,
  nfc,
];
