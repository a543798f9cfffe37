// The verifier's messages as reference pages: the catalogue that the playground explains refusals by, Linux's wordings, the
// programs of examples/verifier-messages with what Linux said of them, and the words of content/reference.
import { MESSAGE_ERRNO, MESSAGE_NAMES, MESSAGE_TEMPLATES } from '../bpf/verifier-messages.ts';
import { CATEGORIES, englishTemplates, PROBLEMS, problemOfMessage, type Problem } from '../explain/catalogue.ts';
import { messageNames } from '../explain/read-message.ts';
import { diffLines, type DiffLine } from '../translations/diff.ts';

/** content/reference/LANGUAGE/verifier-messages.json, by code */
interface Words {
  readonly title: string;
  readonly cause: string;
}
type Texts = Readonly<Record<string, string>>;

const words = import.meta.glob<Readonly<Record<string, Words>>>('../../content/reference/*/verifier-messages.json', {
  eager: true,
  import: 'default',
});
const translated = import.meta.glob<Texts>('../../content/diagnostics/*/verifier.json', {
  eager: true,
  import: 'default',
});
const sources = import.meta.glob<string>('../../examples/verifier-messages/*/{broken,fixed}.bpf.c', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const purposes = import.meta.glob<{ code: string; message: string }>(
  '../../examples/verifier-messages/*/message.json',
  {
    eager: true,
    import: 'default',
  },
);
interface Recorded {
  readonly kernel: string;
  readonly date: string;
  readonly answers: Readonly<Record<string, { readonly words: readonly string[] }>>;
}
const tables = import.meta.glob<unknown>('../../examples/verifier-messages/*.json', { eager: true, import: 'default' });
const recorded = tables['../../examples/verifier-messages/linux.json'] as Recorded;
const without = tables['../../examples/verifier-messages/without-program.json'] as Texts;

/** Which kernel was asked about the programs, and when. */
export const asked = { kernel: recorded.kernel, date: recorded.date };

/** An example's folder as the playground names it. */
export const exampleOf = (name: string): string => `message-${name}`;

export interface MessageProgram {
  readonly name: string;
  readonly broken: string;
  readonly fixed: string;
  readonly diff: readonly DiffLine[];
  /** Linux's words, a line each */
  readonly words: readonly string[];
  readonly code: string;
  /** of the messages in those words */
  readonly messages: readonly string[];
}

export const messagePrograms: readonly MessageProgram[] = Object.entries(purposes)
  .map(([path, { code, message }]) => {
    const name = path.split('/').at(-2) ?? '';
    const text = (kind: string): string => sources[path.replace('message.json', `${kind}.bpf.c`)] ?? '';
    const [broken, fixed] = [text('broken'), text('fixed')];
    const lines = recorded.answers[name]?.words ?? [];
    return {
      name,
      code,
      broken,
      fixed,
      diff: diffLines(broken, fixed),
      words: lines,
      messages: [...new Set([message, ...messageNames(lines)])],
    };
  })
  .sort((a, b) => a.name.localeCompare(b.name));

export interface MessageEntry {
  /** packet-access: the address on the page, stable */
  readonly id: string;
  readonly name: string;
  /** Linux's wording, with … for what differs from case to case */
  readonly wording: string;
  /** why no program gets it here; a key of content/ui's reference.json */
  readonly without: string | null;
}

export interface ProblemEntry {
  readonly problem: Problem;
  readonly title: string;
  readonly cause: string;
  /** what the playground says, with … for what differs from case to case */
  readonly message: string;
  readonly expected: string;
  readonly suggestion: string;
  readonly messages: readonly MessageEntry[];
  readonly programs: readonly MessageProgram[];
}

/** Lines that several messages make together, as they are read: most readers meet them at the end of the program. */
const WHOLE_LINES: Texts = {
  ARGUMENT_TYPE: 'R… type=… expected=…, …',
  RETURN_RANGE_START: 'At program exit the register R… has … should have been in […, …]',
  RETURN_NOT_KNOWN: 'At program exit the register R… is not a known value (…)',
};

/** `R%d invalid mem access '%s'` → `R… invalid mem access '…'` */
const wordingOf = (template: string): string =>
  template.replace(/\\c$/, '').replace(/%(?:lld|llu|ld|02x|#x|[duxs])/g, '…');

function entryOf(name: string): MessageEntry {
  const template = MESSAGE_TEMPLATES[MESSAGE_NAMES.indexOf(name)] ?? '';
  return {
    id: name.toLowerCase().replace(/_/g, '-'),
    name,
    wording: WHOLE_LINES[name] ?? wordingOf(template),
    without: without[name] ?? null,
  };
}

/** One message means several problems by what the register is; each of them shows it, in its own words. */
const BY_REGISTER: Readonly<Record<string, readonly [message: string, wording: string]>> = {
  V110: ['INVALID_MEM_ACCESS', "R… invalid mem access '…_or_null'"],
  V111: ['INVALID_MEM_ACCESS', "R… invalid mem access 'scalar'"],
  V112: ['INVALID_MEM_ACCESS', "R… invalid mem access '…'"],
  V123: ['INVALID_MEM_ACCESS', "R… invalid mem access 'scalar'"],
  V209: ['NOT_READABLE', 'R0 !read_ok'],
  V310: ['ARGUMENT_TYPE', 'R… type=…_or_null expected=…, …'],
  V317: ['ARGUMENT_TYPE', 'R… type=scalar expected=…, …'],
  V408: ['INVALID_MEM_ACCESS', "R… invalid mem access 'scalar'"],
};

/**
 * Problems that people meet most, a category's first ones first; what is not named here follows in the catalogue's order.
 * (Our judgement from what is asked about in public: there is no count of it.)
 */
const USUAL = (
  'V110 V101 V109 V111 V123 V106 V103 V102 V105 V104 V107 V127 V108 V116 V112 V114 V113 ' +
  'V201 V209 V117 V203 V204 V205 V211 V310 V317 V301 V302 V305 V304 V306 V307 V309 V308 V312 ' +
  'V401 V408 V402 V403 V410 V512 V507 V501 V503 V601 V603 V602 V604 V303 V207'
).split(' ');
const usualness = ({ code }: Problem): number => (USUAL.includes(code) ? USUAL.indexOf(code) : USUAL.length);

/** A message that belongs to no problem alone. */
const BY_POINTER = 'INVALID_MEM_ACCESS';

/** Pieces that only stand behind another message's beginning have no place of their own. */
const PIECES = new Set(
  'ARGUMENT_EXPECTED ARGUMENT_EXPECTED_LAST RETURN_RANGE_SMIN RETURN_RANGE_SMAX RETURN_RANGE_UNKNOWN RETURN_RANGE_END'.split(
    ' ',
  ),
);

function messagesOf(problem: Problem): MessageEntry[] {
  const own = Object.keys(problem.messages).filter(
    (name) => name !== BY_POINTER && !PIECES.has(name) && MESSAGE_ERRNO[MESSAGE_NAMES.indexOf(name)] !== 0,
  );
  const entries = own.map(entryOf);
  const shared = BY_REGISTER[problem.code];
  if (shared === undefined) return entries;
  const entry = entryOf(shared[0]);
  return [{ ...entry, id: `${entry.id}-${problem.code.toLowerCase()}`, wording: shared[1] }, ...entries];
}

export function textIn(language: string, code: string): Words {
  for (const candidate of [language, 'en']) {
    const found = words[`../../content/reference/${candidate}/verifier-messages.json`]?.[code];
    if (found) return found;
  }
  throw new Error(`content/reference/en/verifier-messages.json has nothing on ${code}`);
}

/** Beneath a line of code these stand without their full stop; on a page they are sentences. */
const asSentence = (text: string): string => (/[.!?။)]$/.test(text) ? text : `${text}.`);

/** What a sentence is filled with in the playground is not known here: "r…", "…()", "…". */
const general = (template: string): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => ({ register: 'r…', function: '…()' })[name] ?? '…');

/** A category's problems, the most usual first. */
export function problemsFor(language: string, category: string): ProblemEntry[] {
  const texts: Texts = { ...englishTemplates(), ...translated[`../../content/diagnostics/${language}/verifier.json`] };
  const listed = PROBLEMS.filter((problem) => problem.category === category);
  return listed
    .sort((a, b) => usualness(a) - usualness(b))
    .map((problem) => {
      const message = texts[problem.code] ?? problem.message;
      const messages = messagesOf(problem);
      const own = messagePrograms.filter((program) => program.code === problem.code);
      // What never comes last in a log is shown by the programs of what follows it.
      const names = new Set(messages.map(({ name }) => name).filter((name) => name in problem.messages));
      const others = messagePrograms.filter((program) => program.messages.some((name) => names.has(name)));
      return {
        problem,
        ...textIn(language, problem.code),
        message: asSentence(general(message)),
        expected: asSentence(general(texts[`${problem.code}.expected`] ?? problem.expected)),
        suggestion: asSentence(general(texts[`${problem.code}.suggestion`] ?? problem.suggestion)),
        messages,
        programs: own.length > 0 ? own : others,
      };
    });
}

export const categories = Object.keys(CATEGORIES);

export const categoryTitle = (language: string, category: string): string =>
  translated[`../../content/diagnostics/${language}/verifier.json`]?.[`V-category.${category}`] ??
  CATEGORIES[category as keyof typeof CATEGORIES];

/** How many messages can be looked up. */
export const messageCount = new Set(PROBLEMS.flatMap((problem) => messagesOf(problem).map(({ name }) => name))).size;

/** Where a code is explained: the category of its page. */
export const categoryOfMessage = (name: string): string | undefined => problemOfMessage(name)?.category;
