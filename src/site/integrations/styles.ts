// Where styles stand. Those of the page itself stand in it: on a slow connection a further request costs more than their bytes.
// Those of what a script makes later (panels, results, editors, the search) stay files that come with the script: Astro would
// have every page carry them that could ever load it, half of a chapter's styles.
import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AstroIntegration } from 'astro';
import { rewritePages } from './pages.ts';

/** What of a bundle's chunk is looked at; Vite adds `viteMetadata` to the bundler's own. */
export interface Chunk {
  readonly type: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> };
}

/** The style sheets that come with import() alone: those of the chunks that no entry reaches by a plain import. */
export function comesLater(bundle: Readonly<Record<string, Chunk>>): Set<string> {
  const atOnce = new Set<string>();
  const visit = (name: string): void => {
    if (atOnce.has(name)) return;
    atOnce.add(name);
    for (const next of bundle[name]?.imports ?? []) visit(next);
  };
  for (const [name, chunk] of Object.entries(bundle)) if (chunk.isEntry) visit(name);
  const sheets = (wanted: (name: string) => boolean): string[] =>
    Object.entries(bundle).flatMap(([name, chunk]) =>
      wanted(name) ? [...(chunk.viteMetadata?.importedCss ?? [])] : [],
    );
  const needed = new Set(sheets((name) => atOnce.has(name)));
  return new Set(sheets((name) => !atOnce.has(name)).filter((sheet) => !needed.has(sheet)));
}

/** Neighbouring links to style sheets; only the addresses that a build writes itself. */
const LINKS = /(?:<link rel="stylesheet" href="[^"]*\/_astro\/[^"/]+\.css"[^>]*>)+/g;

/** The page with its own styles in it and without the links to those that come later. */
export function withStyles(html: string, later: ReadonlySet<string>, text: (sheet: string) => string): string {
  return html.replace(LINKS, (links) => {
    const names = [...links.matchAll(/\/_astro\/([^"/]+\.css)"/g)].map(([, name = '']) => name);
    const own = [...new Set(names)].filter((name) => !later.has(name));
    return own.length === 0 ? '' : `<style>${own.map(text).join('')}</style>`;
  });
}

export default function styles(): AstroIntegration {
  let later = new Set<string>();
  return {
    name: 'styles',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({
          // Links, so that a page names what belongs to it; they are replaced when everything is built.
          build: { inlineStylesheets: 'never' },
          vite: {
            plugins: [
              {
                name: 'styles-that-come-later',
                enforce: 'post',
                applyToEnvironment: ({ name }) => name === 'client',
                generateBundle(_, bundle) {
                  later = new Set([...comesLater(bundle as Record<string, Chunk>)].map((sheet) => basename(sheet)));
                },
              },
            ],
          },
        });
      },
      'astro:build:done': async ({ dir, logger }) => {
        const folder = new URL('_astro/', dir);
        const sheets = new Map<string, string>();
        const named = new Set<string>();
        await rewritePages(dir, (html) => {
          for (const [, name = ''] of html.matchAll(/\/_astro\/([^"/]+\.css)"/g)) named.add(name);
          return html;
        });
        for (const name of named) if (!later.has(name)) sheets.set(name, await readFile(new URL(name, folder), 'utf8'));
        const pages = await rewritePages(dir, (html) =>
          withStyles(html, later, (name) => sheets.get(name)?.trim() ?? ''),
        );
        for (const name of sheets.keys()) await rm(new URL(name, folder));
        logger.info(`${pages} pages carry their styles, ${later.size} style sheets come with scripts`);
      },
    },
  };
}
