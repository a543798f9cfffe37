// What came of a Check: each check with its mark, and what was otherwise than it should be. A hidden one shows no packets, only what kind
// of packet it was. Drawn from the report, in the words of the page's language.
import type { CheckFailure, CheckResult, ExerciseReport } from '../lab/exercise.ts';
import { drawing, element } from './dom.ts';
import type { Explain } from './explanations.ts';
import type { ExerciseFile } from './exercise-file.ts';
import type { ExerciseStrings } from './exercise-strings.ts';
import { fill, inDigits } from './strings.ts';

const SIGNS = {
  passed: '<path d="M2.5 8.5l3.6 3.6L13.5 4.4"/>',
  failed: '<path d="M4 4l8 8M12 4l-8 8"/>',
  'not-reached': '<path d="M4 8h8"/>',
} as const;

/** A word of the machine as prose has it; XDP_DROP and numbers stay. */
function verdict(text: string, strings: ExerciseStrings): string {
  if (text === 'dropped') return strings['dropped-word'];
  if (text === 'passed') return strings['passed-word'];
  return text === 'lost' ? strings['lost-word'] : text;
}

/** One failure as a sentence. */
export function failureText(failure: CheckFailure, strings: ExerciseStrings, explain: Explain): string {
  switch (failure.kind) {
    case 'packet':
      return fill(strings.packet, {
        number: failure.number,
        summary: failure.summary,
        expected: verdict(failure.expected, strings),
        got: verdict(failure.got, strings),
      });
    case 'map':
      return fill(strings.map, {
        map: failure.map,
        key: failure.key,
        expected: failure.expected ?? strings['no-entry'],
        got: failure.got ?? strings['no-entry'],
      });
    case 'no-map':
    case 'map-shape':
      return fill(strings[failure.kind], { map: failure.map });
    case 'log':
      return fill(strings.log, { expected: failure.expected.replaceAll('*', '…') });
    case 'lines':
      return fill(strings.lines, { most: failure.most, got: failure.got });
    case 'refused':
      return failure.line > 0 ? fill(strings.refused, { line: failure.line }) : strings['refused-nowhere'];
    case 'accepted':
      return strings.accepted;
    case 'refused-otherwise':
      return fill(strings['refused-otherwise'], { line: failure.line });
    case 'insmod':
    case 'rmmod':
      return fill(strings[failure.kind], { said: failure.said });
    case 'crashed':
      return fill(failure.line > 0 ? strings.crashed : strings['crashed-elsewhere'], {
        line: failure.line,
        title: failure.title,
      });
    case 'stopped':
      return explain(failure.problem) ?? failure.problem.message;
  }
}

/** Of a hidden check only what does not depend on its packets is told in full. */
const TELLS_NOTHING = new Set<CheckFailure['kind']>(['packet', 'map', 'log', 'refused-otherwise']);

function row(
  check: CheckResult,
  words: ExerciseFile['words'],
  strings: ExerciseStrings,
  explain: Explain,
): HTMLElement {
  const { what = '', failed } = words[check.name] ?? {};
  const told = check.hidden ? check.failures.filter(({ kind }) => !TELLS_NOTHING.has(kind)) : check.failures;
  const explained = check.outcome === 'failed' && failed !== undefined && told.length < check.failures.length;
  return element(
    'li',
    { class: `check ${check.outcome}`, 'data-check': check.name, 'data-outcome': check.outcome },
    drawing('0 0 16 16', SIGNS[check.outcome]),
    element(
      'div',
      {},
      element(
        'p',
        { class: 'check-what' },
        element('span', { class: 'visually-hidden' }, `${strings[check.outcome]}: `),
        what,
        check.hidden ? element('span', { class: 'check-hidden' }, strings.hidden) : null,
      ),
      explained ? element('p', { class: 'check-failed' }, failed) : null,
      told.length > 0
        ? element(
            'ul',
            { class: 'failures' },
            ...told.map((failure) => element('li', {}, failureText(failure, strings, explain))),
          )
        : null,
    ),
  );
}

/** One sentence for the whole: what is said aloud. */
export function summaryOf(report: ExerciseReport, strings: ExerciseStrings): string {
  if (report.checks.every(({ outcome }) => outcome === 'not-reached')) return strings['compile-first'];
  const total = inDigits(report.checks.length, strings.digits);
  if (report.passed) return fill(strings.all, { total });
  const passed = inDigits(report.checks.filter(({ outcome }) => outcome === 'passed').length, strings.digits);
  return fill(strings.summary, { passed, total });
}

export function renderChecks(
  report: ExerciseReport,
  words: ExerciseFile['words'],
  strings: ExerciseStrings,
  explain: Explain,
): HTMLElement[] {
  // A refusal stops every check alike: it is told once.
  let refused = false;
  const rows = report.checks.map((check) => {
    const failures = check.failures.filter(({ kind }) => kind !== 'refused' || !refused);
    refused ||= failures.some(({ kind }) => kind === 'refused');
    return row({ ...check, failures }, words, strings, explain);
  });
  return [
    element('p', { class: `check-summary ${report.passed ? 'passed' : 'failed'}` }, summaryOf(report, strings)),
    element('ol', { class: 'check-list' }, ...rows),
  ];
}
