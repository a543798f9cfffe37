// The policy that a page gets follows from what stands in it.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { policyFor, withPolicy } from './content-security.ts';

const hash = (body: string): string => `'sha256-${createHash('sha256').update(body).digest('base64')}'`;
const page = (html: string, head: string): string =>
  `<!DOCTYPE html><html lang="en"${html}><head><meta charset="utf-8">${head}</head><body></body></html>`;

test('inline scripts and styles are named by their hashes, files and data are not', () => {
  const policy = policyFor(
    page('', '<script>run()</script><script src="/a.js"></script><style>a{}</style><style></style>'),
  );
  expect(policy).toContain(hash('run()'));
  expect(policy).toContain(`style-src 'self' ${hash('a{}')};`);
  expect(policy.match(/sha256/g)).toHaveLength(2);
});

test('styles are free only where an editor may open', () => {
  expect(policyFor(page('', '<style>a{}</style>'))).not.toContain('unsafe-inline');
  expect(policyFor(page(' data-editor', '<style>a{}</style>'))).toContain("style-src 'self' 'unsafe-inline';");
});

test('nothing is evaluated, nothing comes from elsewhere', () => {
  const policy = policyFor(page(' data-editor', ''));
  expect(policy).not.toMatch(/'unsafe-eval'|https?:|\*/);
  expect(policy).toContain("default-src 'none'");
});

test('it stands before everything that it governs', () => {
  const html = withPolicy(page('', '<script>run()</script>'));
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script>'));
});
