// /three-ways.json: the programs that the three-way comparison compiles, loaded when it is started.
import type { APIRoute } from 'astro';
import { threeWaysPrograms } from '../site/three-ways.ts';

export const GET: APIRoute = () =>
  new Response(JSON.stringify(threeWaysPrograms()), { headers: { 'content-type': 'application/json' } });
