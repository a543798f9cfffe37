// The report as text: columns for a terminal, Markdown for a comment on a pull request.
import { describeFinding } from './checks/check.ts';
import type { Report } from './report.ts';
import type { TextStatus } from './staleness.ts';

const words: Readonly<Record<TextStatus['state'], string>> = {
  code: 'CODE CHANGED',
  stale: 'stale',
  missing: 'missing',
  fresh: 'fresh',
};

function row(text: TextStatus): string[] {
  const todo = text.sections.filter((section) => section.state !== 'fresh').length;
  return [
    text.chapter,
    text.language,
    text.language === text.original && text.state === 'fresh' ? 'original' : words[text.state],
    todo === 0 ? '' : `${todo} of ${text.sections.length}`,
    todo === 0 ? '' : `${text.words}`,
    todo === 0 ? '' : `${text.minutes} min`,
  ];
}

const head = ['chapter', 'language', 'state', 'sections to do', 'words', 'about'];

export function renderTable(report: Report): string {
  const rows = [head, ...report.texts.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => [...(cells[column] ?? '')].length)));
  const table = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...details(report).map((line) => `  ${line}`), '', ...strings(report), ...findings(report)]
    .join('\n')
    .trimEnd();
}

export function renderMarkdown(report: Report): string {
  const cells = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  const lines = [
    '### Translations',
    '',
    cells(head),
    cells(head.map(() => '---')),
    ...report.texts.map((text) => cells(row(text))),
    '',
    ...details(report).map((line) => `- ${line}`),
    '',
    ...strings(report),
    ...findings(report),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** What to do next, one line for each text that is not fresh. */
function details(report: Report): string[] {
  return report.texts.flatMap((text) => {
    if (text.state === 'fresh') return [];
    const language =
      text.language === text.original || report.languages.length > 2 ? ` --language ${text.language}` : '';
    const command = `npm run translations -- diff ${text.chapter}${language}`;
    if (text.state === 'missing')
      return [`${text.path} is not there yet: npm run translations -- new ${text.language} ${text.chapter}`];
    if (text.state === 'code')
      return [`${text.path}: the code changed under the prose (${text.changedCode.join(', ')}): ${command}`];
    const ids = text.sections.filter((section) => section.state !== 'fresh').map((section) => `#${section.id}`);
    return [
      `${text.path}: ${ids.slice(0, 6).join(' ')}${ids.length > 6 ? ` and ${ids.length - 6} more` : ''}: ${command}`,
    ];
  });
}

function strings(report: Report): string[] {
  const gaps = report.strings.filter((status) => status.missing.length > 0 || status.extra.length > 0);
  return gaps.map((status) => {
    const missing =
      status.missing.length > 0
        ? `${status.missing.length} of ${status.total} strings missing (${status.missing.slice(0, 3).join(', ')}${status.missing.length > 3 ? ', …' : ''})`
        : '';
    const extra = status.extra.length > 0 ? `not in English: ${status.extra.slice(0, 3).join(', ')}` : '';
    return `${status.path}: ${[missing, extra].filter((part) => part !== '').join('; ')}`;
  });
}

function findings(report: Report): string[] {
  const errors = report.findings.filter((finding) => finding.severity === 'error');
  const notices = report.findings.filter((finding) => finding.severity === 'notice');
  return [
    ...(errors.length === 0 ? ['Nothing is broken.'] : ['Broken:', ...errors.map(describeFinding)]),
    ...(notices.length === 0
      ? []
      : ['', 'Not yet alike, or to be tidied; never a failure:', ...notices.map(describeFinding)]),
  ];
}
