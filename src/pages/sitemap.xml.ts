// Every page in every language, with its siblings, for search engines.
import type { APIRoute } from 'astro';
import { chapters, hasSolutions } from '../site/chapters.ts';
import { describedExamples } from '../site/examples.ts';
import { languages } from '../site/languages.ts';
import { page } from '../site/site.ts';
import { categories } from '../site/verifier-messages.ts';

export const GET: APIRoute = async ({ site }) => {
  const address = (...parts: readonly string[]): string => new URL(page(...parts), site).href;
  const messages = [[], ...categories.map((category) => [category])].map((rest) => ['messages', ...rest]);
  const reference = [[], ['helpers'], ['maps'], ['programs'], ...messages, ['differences'], ['measured']].map(
    (rest) => ['reference', ...rest],
  );
  const tails = [
    [],
    ['glossary'],
    ['translations'],
    ['playground'],
    ['three-ways'],
    ...reference,
    ...(await chapters()).flatMap((chapter) => [
      [chapter.slug],
      ...(hasSolutions(chapter) ? [[chapter.slug, 'solutions']] : []),
    ]),
    ...describedExamples().map((name) => ['examples', name]),
  ];
  const entries = tails.flatMap((tail) =>
    languages.map((language) => {
      const siblings = languages.map(
        (other) => `<xhtml:link rel="alternate" hreflang="${other}" href="${address(other, ...tail)}"/>`,
      );
      return `<url><loc>${address(language, ...tail)}</loc>${siblings.join('')}</url>`;
    }),
  );
  const root = `<url><loc>${address()}</loc></url>`;
  const open =
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">';
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${open}${root}${entries.join('')}</urlset>\n`, {
    headers: { 'content-type': 'application/xml' },
  });
};
