// /playground/NAME.json: an example's folder for the playground page: loaded when it is chosen, the same files as on Linux.
import type { APIRoute } from 'astro';
import { exampleFolder, exampleNames } from '../../site/example-folders.ts';

export const getStaticPaths = () => exampleNames().map((name) => ({ params: { name } }));

export const GET: APIRoute = ({ params }) =>
  new Response(JSON.stringify(exampleFolder(params['name'] ?? '')), {
    headers: { 'content-type': 'application/json' },
  });
