// Everything that can be found, in one language: sections of chapters, terms, helpers, map and program types.
import { chapters, textFor } from '../chapters.ts';
import { allTerms, termNamed } from '../glossary.ts';
import { categories, problemsFor } from '../verifier-messages.ts';
import { helpersFor, mapTypesFor, programTypesFor } from '../reference.ts';
import { workshop } from '../workshop.ts';
import type { Section } from '../../translations/mdx.ts';
import type { Entry } from './index-options.ts';

/** What a reader reads in a section, without marks; terms stand in their form, code as it is. */
function words(section: Section, language: string): string {
  return section.blocks
    .filter((block) => block.kind !== 'heading' && block.kind !== 'component' && block.kind !== 'code')
    .flatMap((block) => block.lines)
    .map((line) =>
      line
        .replace(/<Term id="([\w-]+)"\s*\/>/g, (_, id: string) => termNamed(id, language).term)
        .replace(/<\/?[A-Z][^>]*>/g, '')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/^\s*(?:[-*+]|\d+\.)\s+/, '')
        .replace(/\*\*?|`/g, '')
        .trim(),
    )
    .filter((line) => line !== '')
    .join(' ');
}

export async function entriesFor(language: string): Promise<Entry[]> {
  const { course } = workshop();
  const sections = (await chapters()).flatMap((chapter) => {
    const shown = textFor(chapter, language);
    const text = course.chapters.find((each) => each.id === chapter.slug)?.texts.get(shown.language);
    const { title, question, description } = shown.text.data;
    return (text?.sections ?? []).map((section): Entry => {
      const top = section.id === 'top';
      return {
        id: `${chapter.slug}/${top ? '' : `#${section.id}`}`,
        title: top ? title : section.title,
        where: top ? '' : title,
        text: `${top ? `${question} ${description} ` : ''}${words(section, shown.language)}`,
      };
    });
  });
  return [
    ...sections,
    ...allTerms(language).map((term) => ({
      id: `glossary/#${term.id}`,
      title: term.term,
      where: 'in-glossary',
      text: [term.english === term.term ? '' : term.english, term.gloss ?? '', term.sense].filter(Boolean).join(' · '),
    })),
    ...helpersFor(language).map((helper) => ({
      id: `reference/helpers/#${helper.name}`,
      title: helper.name,
      where: 'in-helpers',
      text: helper.sentence,
    })),
    ...mapTypesFor(language).map((type) => ({
      id: `reference/maps/#${type.name}`,
      title: type.constant,
      where: 'in-maps',
      text: type.sentence,
    })),
    ...programTypesFor(language).map((type) => ({
      id: `reference/programs/#${type.name}`,
      title: type.constant,
      where: 'in-programs',
      text: `${type.sentence} ${type.sections.map((section) => `SEC("${section}")`).join(' ')}`,
    })),
    ...categories.flatMap((category) =>
      problemsFor(language, category).map(({ problem, title, messages }) => ({
        id: `reference/messages/${category}/#${problem.code}`,
        title,
        where: 'in-messages',
        text: [problem.code, ...new Set(messages.map(({ wording }) => wording))].join(' · '),
      })),
    ),
  ];
}
