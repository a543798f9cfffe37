// What people paste: the log in the wrapping of the program that printed it (libbpf, bpftool, bcc, Go, journal, dmesg), perhaps of
// an older kernel. Out comes, line for line, what Linux itself wrote, in today's wording.

/** Before the kernel's words: what loggers put in front, from the outside to the inside. */
const PREFIXES: readonly RegExp[] = [
  // colours of a terminal
  /\x1b\[[0-9;]*m/g,
  // quoted in a mail or an issue
  /^(?:[>|] ?)+/,
  // journal and syslog: "Nov 22 10:00:00 host program[123]: "
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:]+: ?/,
  // "2026-11-22T10:00:00.000Z ", "2026/11/22 10:00:00 "
  /^\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S* ?/,
  // dmesg: "<6>[  123.456789] "
  /^(?:<\d>)?\[ *\d+\.\d+\] ?/,
  /^(?:libbpf|libxdp|bpftool): (?=\d+: |[;R ]|processed )/,
];

/** Go programs log with keys: level=warning msg="0: (bf) r6 = r1" subsys=… */
const KEYED = /^(?:\w+=\S+ )*msg="((?:[^"\\]|\\.)*)"(?: \w+=.*)?$/;

function unwrapped(line: string): string {
  const keyed = KEYED.exec(line)?.[1];
  if (keyed !== undefined) return keyed.replace(/\\t/g, '\t').replace(/\\(.)/g, '$1');
  return PREFIXES.reduce((text, prefix) => text.replace(prefix, ''), line);
}

/** Wordings of older kernels, and what the same is called today. */
const OLDER: readonly (readonly [RegExp, string | ((...found: string[]) => string)])[] = [
  [/^unknown func (\S+)$/, 'program of this type cannot use helper $1'],
  [/^(R\d+ m(?:in|ax) value is outside of the) array range$/, '$1 allowed memory range'],
  [/^invalid indirect read from stack (R\d+ )?/, 'invalid read from stack $1'],
  [/^invalid stack type (R\d+) off=(-?\d+) access_size=(-?\d+)$/, 'invalid stack $1 off=$2 size=$3'],
  [/^invalid (variable-offset )?indirect access to stack /, 'invalid $1stack '],
  [
    /^cannot call GPL only function from proprietary program$/,
    'cannot call GPL-restricted function from non-GPL compatible program',
  ],
  [/^BPF_XADD stores into /, 'BPF_ATOMIC stores into '],
  [
    /^(At .* register R\d+ has) value \((0x[0-9a-f]+); (0x[0-9a-f]+)\) should have been in \((0x[0-9a-f]+); (0x[0-9a-f]+)\)$/,
    (_, start = '', value = '', mask = '', least = '', span = '') => {
      const known = BigInt(mask) === 0n ? ` smin=${BigInt(value)} smax=${BigInt(value)}` : ' unknown scalar value';
      return `${start}${known} should have been in [${BigInt(least)}, ${BigInt(least) | BigInt(span)}]`;
    },
  ],
  [
    /^(At .* register R\d+ has) unknown scalar value should have been in \((0x[0-9a-f]+); (0x[0-9a-f]+)\)$/,
    (_, start = '', least = '', span = '') =>
      `${start} unknown scalar value should have been in [${BigInt(least)}, ${BigInt(least) | BigInt(span)}]`,
  ],
];

function inTodaysWords(line: string): string {
  for (const [pattern, words] of OLDER) {
    if (!pattern.test(line)) continue;
    return typeof words === 'string' ? line.replace(pattern, words) : line.replace(pattern, words);
  }
  return line;
}

/** Leading blanks of the lines with instructions: all lines have been moved in by so much. */
function indentation(lines: readonly string[]): number {
  const depths = lines.flatMap((line) => /^(\s*)\d+: \([0-9a-f]{2}\) /.exec(line)?.[1]?.length ?? []);
  return depths.length === 0 ? 0 : Math.min(...depths);
}

/** One line for each line of the text. */
export function logLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => unwrapped(line.trimEnd()));
  const depth = indentation(lines);
  return lines.map((line) => {
    const blanks = /^\s*/.exec(line)?.[0].length ?? 0;
    return inTodaysWords(line.slice(Math.min(blanks, depth)));
  });
}
