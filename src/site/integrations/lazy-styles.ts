// Astro links the stylesheets of dynamically imported modules eagerly: the editor's 136 kB would block the first paint of
// every page that could open it. Vite's own import() loads them when they are needed, so the eager links go.
import type { AstroIntegration } from 'astro';
import { rewritePages } from './pages.ts';

/** Chunks that only import() reaches, by the names that Vite gives them: the file names of src/playground. */
const lazy = /<link rel="stylesheet" href="[^"]*\/_astro\/(?:monaco|codemirror|editor|workbench)[^"]*\.css"[^>]*>/g;

export default function lazyStyles(): AstroIntegration {
  return {
    name: 'lazy-styles',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const pages = await rewritePages(dir, (html) => html.replace(lazy, ''));
        logger.info(`styles of the lab and the editor load with them, not with ${pages} pages`);
      },
    },
  };
}
