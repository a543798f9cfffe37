// /my/search.json: the index of one language, loaded when a reader opens the search.
import type { APIRoute } from 'astro';
import { languages } from '../../site/languages.ts';
import { entriesFor } from '../../site/search/entries.ts';
import { buildIndex } from '../../site/search/search.ts';

export const getStaticPaths = () => languages.map((language) => ({ params: { language } }));

export const GET: APIRoute = async ({ params }) =>
  new Response(JSON.stringify(buildIndex(await entriesFor(params['language'] ?? 'en'))), {
    headers: { 'content-type': 'application/json' },
  });
