// bpftool's words and output over what the lab has loaded: a reader types here what they will type on Linux.
import { disassemble } from '../bpf/disassemble.ts';
import { decodeInstructions } from '../bpf/instruction.ts';
import type { LabSnapshot, MapEntry, MapSnapshot, ProgramSnapshot } from '../lab/api.ts';
import { parseHex } from '../lab/addresses.ts';

export interface ToolResult {
  readonly output: string;
  /** as the real tool exits: 0 done, 255 (-1) an error */
  readonly status: number;
}

const USAGE = `Usage: bpftool [OPTIONS] OBJECT { COMMAND | help }

       OBJECT := { prog | map }
       OPTIONS := { {-j|--json} [{-p|--pretty}] }

       bpftool prog { show | list } [PROG]
       bpftool prog dump xlated PROG [{ opcodes | linum }]
       bpftool map { show | list } [MAP]
       bpftool map dump MAP
       bpftool map lookup MAP key DATA

       PROG := { id PROG_ID | name PROG_NAME }
       MAP  := { id MAP_ID | name MAP_NAME }
       DATA := { [hex] BYTES }
`;

const fail = (message: string): ToolResult => ({ output: `Error: ${message}\n`, status: 255 });
const done = (output: string): ToolResult => ({ output, status: 0 });

/** `id N` or `name NAME` at the front of the words; an empty selection means all of them. */
function select<T extends { id: number; name: string }>(
  all: readonly T[],
  words: readonly string[],
): { readonly chosen: readonly T[]; readonly rest: readonly string[] } | string {
  const [kind, value, ...rest] = words;
  if (kind === undefined) return { chosen: all, rest: [] };
  if (value === undefined) return `'${kind}' needs a value behind it`;
  if (kind === 'id') {
    const chosen = all.filter((item) => String(item.id) === value);
    return chosen.length > 0 ? { chosen, rest } : `get by id (${value}): No such file or directory`;
  }
  if (kind === 'name') {
    const chosen = all.filter((item) => item.name === value);
    return chosen.length > 0 ? { chosen, rest } : `can't get by name (${value}): No such file or directory`;
  }
  return `expected 'id' or 'name', got: '${kind}'?`;
}

const jsonBytes = (hex: string): string[] =>
  Array.from(parseHex(hex) ?? [], (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
const plainBytes = (hex: string): string =>
  Array.from(parseHex(hex) ?? [], (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** JSON in bpftool's own layout for map contents: eight spaces a level, "},{" on one line. */
function layOut(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => layOut(item, indent)).join(',')}\n${indent}]`;
  if (value !== null && typeof value === 'object') {
    const inner = `${indent}        `;
    const fields = Object.entries(value).map(
      ([name, field]) => `${inner}${JSON.stringify(name)}: ${layOut(field, inner)}`,
    );
    return `{\n${fields.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}

function dumpEntries(entries: readonly MapEntry[]): string {
  if (entries.every((entry) => entry.decoded)) {
    return `[${entries.map((entry) => layOut(entry.decoded, '    ')).join(',')}\n]\n`;
  }
  const lines = entries.map((entry) => `key: ${plainBytes(entry.key)}  value: ${plainBytes(entry.value)}\n`);
  return `${lines.join('')}Found ${entries.length} element${entries.length === 1 ? '' : 's'}\n`;
}

const entryJson = (entry: MapEntry): object => ({
  key: jsonBytes(entry.key),
  value: jsonBytes(entry.value),
  ...(entry.decoded ? { formatted: entry.decoded } : {}),
});

const mapJson = (map: MapSnapshot): object => ({
  id: map.id,
  type: map.type,
  name: map.name,
  flags: map.flags,
  bytes_key: map.keySize,
  bytes_value: map.valueSize,
  max_entries: map.maxEntries,
  frozen: map.frozen ? 1 : 0,
});

const mapText = (map: MapSnapshot): string =>
  `${map.id}: ${map.type}  name ${map.name}  flags 0x${map.flags.toString(16)}\n` +
  `\tkey ${map.keySize}B  value ${map.valueSize}B  max_entries ${map.maxEntries}\n`;

/** `key 1 0 0 0` (decimal or 0x…) or `key hex 01 00 00 00`, as hex digits; null when it is no row of bytes. */
function keyBytes(words: readonly string[]): string | null {
  const isHex = words[0] === 'hex';
  let digits = '';
  for (const word of isHex ? words.slice(1) : words) {
    const byte = isHex ? parseInt(word, 16) : Number(word);
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) return null;
    digits += byte.toString(16).padStart(2, '0');
  }
  return digits;
}

function mapCommand(command: string, words: readonly string[], snapshot: LabSnapshot, json: boolean): ToolResult {
  const selected = select(snapshot.maps, words);
  if (typeof selected === 'string') return fail(selected);
  const { chosen, rest } = selected;
  const [map] = chosen;
  switch (command) {
    case 'show':
    case 'list':
      return done(
        json
          ? JSON.stringify(chosen.length === 1 ? mapJson(chosen[0]!) : chosen.map(mapJson)) + '\n'
          : chosen.map(mapText).join(''),
      );
    case 'dump':
      if (words.length === 0 || !map) return fail("say which map: 'id MAP_ID' or 'name MAP_NAME'");
      return done(json ? JSON.stringify(map.entries.map(entryJson)) + '\n' : dumpEntries(map.entries));
    case 'lookup': {
      if (words.length === 0 || !map) return fail("say which map: 'id MAP_ID' or 'name MAP_NAME'");
      const key = rest[0] === 'key' ? keyBytes(rest.slice(1)) : null;
      if (key === null || key.length !== map.keySize * 2) return fail(`expected 'key' and ${map.keySize} bytes`);
      const entry = map.entries.find((candidate) => candidate.key === key);
      if (!entry) return done(json ? 'null\n' : `key:\n${plainBytes(key)}\n\nNot found\n`);
      return done(
        json
          ? JSON.stringify(entryJson(entry)) + '\n'
          : entry.decoded
            ? `${JSON.stringify(entry.decoded, null, 4)}\n`
            : dumpEntries([entry]),
      );
    }
    default:
      return fail(`'map ${command}' is not simulated; bpftool on Linux has it\n${USAGE}`);
  }
}

function translated(program: ProgramSnapshot, options: readonly string[]): string {
  const bytes = parseHex(program.translated) ?? new Uint8Array(0);
  const functions = new Map(program.functions.map((f) => [f.instruction, f.name]));
  const lines = new Map(program.lines.map((line) => [line.instruction, line]));
  let text = '';
  for (const { slot, text: instruction } of disassemble(decodeInstructions(bytes))) {
    const name = functions.get(slot);
    if (name !== undefined) text += `${slot > 0 ? '\n' : ''}${name}:\n`;
    const line = lines.get(slot);
    if (line) {
      const place = options.includes('linum')
        ? ` [file:${line.file} line_num:${line.line} line_col:${line.column}]`
        : '';
      text += `; ${line.text.trimStart()}${place}\n`;
    }
    text += `${String(slot).padStart(4)}: ${instruction}\n`;
    if (options.includes('opcodes'))
      text += `       ${plainBytes(program.translated.slice(slot * 16, slot * 16 + 16))}\n`;
  }
  return text;
}

function programCommand(command: string, words: readonly string[], snapshot: LabSnapshot, json: boolean): ToolResult {
  if (command === 'show' || command === 'list') {
    const selected = select(snapshot.programs, words);
    if (typeof selected === 'string') return fail(selected);
    if (json) {
      const rows = selected.chosen.map((program) => ({
        id: program.id,
        type: program.type,
        name: program.name,
        gpl_compatible: program.gplCompatible,
        bytes_xlated: program.translated.length / 2,
        map_ids: program.mapIds,
      }));
      return done(JSON.stringify(rows.length === 1 ? rows[0] : rows) + '\n');
    }
    return done(
      selected.chosen
        .map(
          (program) =>
            `${program.id}: ${program.type}  name ${program.name}${program.gplCompatible ? '  gpl' : ''}\n` +
            `\txlated ${program.translated.length / 2}B${program.mapIds.length > 0 ? `  map_ids ${program.mapIds.join(',')}` : ''}\n`,
        )
        .join(''),
    );
  }
  if (command === 'dump' && words[0] === 'xlated') {
    if (words.length < 3) return fail("say which program: 'id PROG_ID' or 'name PROG_NAME'");
    const selected = select(snapshot.programs, words.slice(1));
    if (typeof selected === 'string') return fail(selected);
    return done(selected.chosen.map((program) => translated(program, selected.rest)).join('\n'));
  }
  return fail(`'prog ${[command, ...words].join(' ')}' is not simulated; bpftool on Linux has it\n${USAGE}`);
}

/** @param words what stands behind "bpftool" on the command line */
export function bpftool(words: readonly string[], snapshot: LabSnapshot): ToolResult {
  const flags = words.filter((word) => word.startsWith('-'));
  const [object, command = 'show', ...rest] = words.filter((word) => !word.startsWith('-'));
  const json = flags.some((flag) => ['-j', '--json', '-p', '--pretty'].includes(flag));
  const pretty = (result: ToolResult): ToolResult =>
    flags.some((flag) => flag === '-p' || flag === '--pretty') && result.status === 0
      ? done(JSON.stringify(JSON.parse(result.output), null, 4) + '\n')
      : result;
  switch (object) {
    case undefined:
    case 'help':
      return done(USAGE);
    case 'map':
      return pretty(mapCommand(command, rest, snapshot, json));
    case 'prog':
      return command === 'dump'
        ? programCommand(command, rest, snapshot, json)
        : pretty(programCommand(command, rest, snapshot, json));
    default:
      return fail(`object '${object}' is not simulated; bpftool on Linux has it\n${USAGE}`);
  }
}
