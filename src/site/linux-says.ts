// What the page answers and what Linux answered, side by side: example.json's expectations, to which tests hold the
// simulator, and the recording that `npm run record` made (examples/NAME/linux.json). Of a boot: lines of the log that it left.
import { PROGRAM_TYPES } from '../bpf/programs.ts';
import type { ExampleDescription } from '../lab/api.ts';

/** examples/NAME/linux.json, as far as it is shown */
export interface Recording {
  readonly kernel: string;
  /** 2026-11-22 */
  readonly date: string;
  readonly answers: Readonly<
    Record<
      string,
      {
        readonly verdicts: Readonly<Record<string, { errno: number; message: string; line: number }>>;
        readonly retvals: readonly number[];
        readonly maps: Readonly<Record<string, readonly { readonly key: unknown; readonly value: unknown }[]>>;
      }
    >
  >;
}

export interface Answer {
  /** 0: accepted */
  readonly errno: number;
  /** of a refusal: Linux's last words, and the C line */
  readonly message: string;
  readonly line: number;
  /** what became of the packets: each verdict, and how often */
  readonly verdicts: readonly { readonly name: string; readonly count: number }[];
  readonly maps: readonly { readonly name: string; readonly entries: readonly (readonly [string, string])[] }[];
}

export interface Comparison {
  readonly page: Answer;
  readonly linux: Answer;
  readonly same: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function tally(names: readonly string[]): Answer['verdicts'] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
}

/** Linux answers with numbers; their names are those of the program type whose verdicts the example expects. */
function nameOfRetval(expected: readonly string[]): (retval: number) => string {
  const names = PROGRAM_TYPES.map((type) => type.returnNames ?? []).find((all) =>
    expected.some((name) => all.includes(name)),
  );
  return (retval) => names?.[retval] ?? String(retval);
}

/** Both answers to one version of an example; throws when Linux was never asked about it. */
export function compareAnswers(description: ExampleDescription, recording: Recording, file: string): Comparison {
  const recorded = recording.answers['meet-ebpf'];
  const verdict = recorded?.verdicts[file];
  if (!recorded || !verdict) throw new Error(`linux.json does not know ${file}: ASK_LINUX=1 npm run record`);
  const variant = description.variants.find((candidate) => candidate.file === file);
  const none = { verdicts: [], maps: [] };
  if (variant || file !== description.main) {
    const page = { errno: variant?.errno ?? 0, message: variant?.message ?? '', line: variant?.line ?? 0, ...none };
    return {
      page,
      linux: { ...verdict, ...none },
      same: JSON.stringify(page) === JSON.stringify({ ...verdict, ...none }),
    };
  }
  const { packets, maps = {} } = description.scenario;
  const expected = packets.flatMap((packet) => new Array<string>(packet.count ?? 1).fill(packet.expect ?? ''));
  const name = nameOfRetval(expected);
  const answered = recorded.retvals.map(name);
  const pageMaps = Object.entries(maps).map(([map, entries]) => ({
    name: map,
    entries: Object.entries(entries).map(([key, value]) => [key, text(value)] as const),
  }));
  const linuxMaps = pageMaps.map(({ name: map, entries }) => ({
    name: map,
    entries: entries.map(([key]) => {
      const entry = recorded.maps[map]?.find((candidate) => text(candidate.key) === key);
      return [key, entry ? text(entry.value) : '–'] as const;
    }),
  }));
  const accepted = { errno: 0, message: '', line: 0 };
  return {
    page: { ...accepted, verdicts: tally(expected), maps: pageMaps },
    linux: { ...verdict, verdicts: tally(answered), maps: linuxMaps },
    // Packet by packet, not only in sum.
    same:
      verdict.errno === 0 &&
      expected.every((wanted, at) => wanted === '' || wanted === answered[at]) &&
      JSON.stringify(pageMaps) === JSON.stringify(linuxMaps),
  };
}

/** The lines of `log` from the first that contains `from` to the next that contains `to`, both with it. */
export function linesBetween(log: string, from: string, to: string): string[] {
  const lines = log.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((line) => line.includes(from));
  const end = start < 0 ? -1 : lines.findIndex((line, at) => at >= start && line.includes(to));
  if (end < 0) throw new Error(`the log has no lines from "${from}" to "${to}"`);
  return lines.slice(start, end + 1);
}
