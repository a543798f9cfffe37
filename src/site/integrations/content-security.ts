// Gives every page its Content-Security-Policy as a <meta>, since static hosts such as GitHub Pages send no headers.
// Nothing comes from another host; inline scripts and styles are named by their hashes. `wasm-unsafe-eval` is the
// simulated kernel; `style-src 'unsafe-inline'` stands only on pages where Monaco may open, which builds its styles.
import { createHash } from 'node:crypto';
import type { AstroIntegration } from 'astro';
import { rewritePages } from './pages.ts';

/** Put on <html> by a page that holds an editor. */
export const editorMark = 'data-editor';

function hashes(html: string, tag: 'script' | 'style'): string[] {
  const found = new Set<string>();
  for (const [, attributes = '', body = ''] of html.matchAll(
    new RegExp(`<${tag}\\b([^>]*)>([\\s\\S]*?)</${tag}>`, 'g'),
  )) {
    if (/\bsrc=/.test(attributes) || body === '') continue;
    found.add(`'sha256-${createHash('sha256').update(body).digest('base64')}'`);
  }
  return [...found];
}

/** The policy for one page's HTML. */
export function policyFor(html: string): string {
  const hasEditor = new RegExp(`<html[^>]*\\b${editorMark}\\b`).test(html);
  // A hash in style-src would switch 'unsafe-inline' off, so it is one or the other.
  const styles = hasEditor ? ["'unsafe-inline'"] : hashes(html, 'style');
  return [
    "default-src 'none'",
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...hashes(html, 'script')].join(' ')}`,
    `style-src ${["'self'", ...styles].join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

/** The page with its policy, placed before anything that it governs. */
export function withPolicy(html: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyFor(html)}">`;
  return html.replace(/(<meta charset="utf-8"\s*\/?>)/i, `$1${meta}`);
}

export default function contentSecurity(): AstroIntegration {
  return {
    name: 'content-security',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const pages = await rewritePages(dir, withPolicy);
        logger.info(`a Content-Security-Policy stands in ${pages} pages`);
      },
    },
  };
}
