// npm run figures -- lighthouse (after npm run build): Lighthouse's four scores as a phone would get them, for each kind of
// page in both languages. Lighthouse is no dependency of the course: npm fetches it for this command alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIGHTHOUSE = 'lighthouse@13.5.0';
/** Every kind of page to read, and every chapter. */
export const PAGES = [
  '',
  'what-is-ebpf/',
  'kernel-patch/',
  'kernel-module/',
  'ebpf-program/',
  'what-is-ebpf/solutions/',
  'three-ways/',
  'glossary/',
  'translations/',
  'reference/',
  'reference/helpers/',
  'reference/messages/',
  'reference/messages/memory/',
  'reference/differences/',
  'reference/measured/',
  'examples/xdp-drop/',
] as const;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;

interface Report {
  readonly categories: Readonly<
    Record<
      string,
      { readonly score: number | null; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] }
    >
  >;
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly title: string; readonly displayValue?: string }>
  >;
}

/** One page's report; null when Lighthouse could not be fetched or did not end. */
function reportOf(url: string, chromium: string): Report | null {
  const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'));
  const file = join(folder, 'report.json');
  const flags = `--headless --no-sandbox --disable-gpu --disable-background-networking --user-data-dir=${join(folder, 'profile')}`;
  const options = [
    '--output',
    'json',
    '--output-path',
    file,
    '--quiet',
    '--no-enable-error-reporting',
    `--chrome-flags=${flags}`,
  ];
  try {
    const done = spawnSync('npm', ['exec', '--yes', `--package=${LIGHTHOUSE}`, '--', 'lighthouse', url, ...options], {
      encoding: 'utf8',
      env: { ...process.env, CHROME_PATH: chromium },
      shell: process.platform === 'win32',
      timeout: 180_000,
    });
    if (done.status !== 0) console.error(done.stderr.slice(-800));
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    console.error(String(error));
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What of a page is short of 100, one line each. */
function shortcomings(report: Report): string[] {
  return CATEGORIES.flatMap((category) =>
    (report.categories[category]?.score ?? 0) >= 1
      ? []
      : (report.categories[category]?.auditRefs ?? []).flatMap(({ id, weight }) => {
          const audit = report.audits[id];
          if (weight === 0 || !audit || audit.score === null || audit.score >= 0.99) return [];
          return [`    ${category}: ${audit.title} ${audit.displayValue ?? ''}`.trimEnd()];
        }),
  );
}

/** Prints a line a page; true when every score of every page is 100. `only`: pages whose address contains it, or ends with it and "$". */
export function lighthouse(site: string, chromium: string, only = ''): boolean {
  let perfect = true;
  for (const path of ['/', ...['my', 'en'].flatMap((language) => PAGES.map((page) => `/${language}/${page}`))]) {
    if (only.endsWith('$') ? !path.endsWith(only.slice(0, -1)) : !path.includes(only)) continue;
    const report = reportOf(site + path, chromium);
    const scores = CATEGORIES.map((category) => Math.round((report?.categories[category]?.score ?? 0) * 100));
    const value = (id: string): string => report?.audits[id]?.displayValue?.replace(/\s/g, ' ') ?? '?';
    const paints = `paint first ${value('first-contentful-paint')}, largest ${value('largest-contentful-paint')}`;
    console.log(`${path.padEnd(32)}${scores.map((score) => String(score).padStart(5)).join('')}   ${paints}`);
    if (report) for (const line of shortcomings(report)) console.log(line);
    perfect &&= scores.every((score) => score === 100);
  }
  console.log(`(${CATEGORIES.join(', ')}; Lighthouse ${LIGHTHOUSE.split('@')[1] ?? ''}, mobile)`);
  return perfect;
}
