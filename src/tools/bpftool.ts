// bpftool's words and output over what the lab has loaded: a reader types here what they will type on Linux.
import { disassemble } from '../bpf/disassemble.ts';
import { decodeInstructions } from '../bpf/instruction.ts';
import type { LabSnapshot, MapEntry, MapSnapshot, ProgramSnapshot } from '../lab/api.ts';
import { parseHex } from '../lab/addresses.ts';
import { isProblem, parseBtf } from '../lab/btf.ts';
import { dumpBtf } from './btf-dump.ts';

export interface ToolResult {
  readonly output: string;
  /** as the real tool exits: 0 done, 255 (-1) an error */
  readonly status: number;
  /** what is loaded afterwards, where the command changed it */
  readonly changed?: LabSnapshot;
}

const USAGE = `Usage: bpftool [OPTIONS] OBJECT { COMMAND | help }

       OBJECT := { prog | map | btf }
       OPTIONS := { {-j|--json} [{-p|--pretty}] }

       bpftool prog { show | list } [PROG]
       bpftool prog dump xlated PROG [{ opcodes | linum }]
       bpftool map { show | list } [MAP]
       bpftool map dump MAP
       bpftool map lookup MAP key DATA
       bpftool map getnext MAP [key DATA]
       bpftool map update MAP key DATA value DATA [{ any | exist | noexist }]
       bpftool map delete MAP key DATA
       bpftool btf { show | list }
       bpftool btf dump { id BTF_ID | prog PROG | map MAP }

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

/** `key` or `value` and as many bytes as the map wants; the words may go on behind them. */
function parseRow(
  words: readonly string[],
  keyword: 'key' | 'value',
  size: number,
): string | { readonly error: string } {
  const [first] = words;
  if (first === undefined || (first !== keyword && (first === 'key' || first === 'value'))) {
    return { error: `did not find ${keyword}` };
  }
  if (first !== keyword) return { error: `expected key or value, got: ${first}` };
  const isHex = words[1] === 'hex';
  const row = words.slice(isHex ? 2 : 1, size + (isHex ? 2 : 1));
  const wrong = row.find((word) => keyBytes(isHex ? ['hex', word] : [word]) === null);
  if (wrong !== undefined) return { error: `error parsing byte: ${wrong}` };
  if (row.length < size) return { error: `${keyword} expected ${size} bytes got ${row.length}` };
  return keyBytes(isHex ? ['hex', ...row] : row) ?? '';
}

/** Words behind a row of bytes. */
const behindRow = (words: readonly string[], size: number): readonly string[] =>
  words.slice(1 + size + (words[1] === 'hex' ? 1 : 0));

const withEntries = (snapshot: LabSnapshot, map: MapSnapshot, entries: readonly MapEntry[]): LabSnapshot => ({
  ...snapshot,
  maps: snapshot.maps.map((one) => (one === map ? { ...map, entries } : one)),
});

/** What was written is plain bytes from here on: the state that a file holds is decoded when a kernel dumps it. */
function update(map: MapSnapshot, words: readonly string[], snapshot: LabSnapshot, json: boolean): ToolResult {
  if (/^percpu|_percpu/.test(map.type))
    return fail(`'map update' of a ${map.type} map is not simulated; bpftool on Linux has it`);
  const key = parseRow(words, 'key', map.keySize);
  if (typeof key !== 'string') return fail(key.error);
  const behind = behindRow(words, map.keySize);
  const value = parseRow(behind, 'value', map.valueSize);
  if (typeof value !== 'string') return fail(value.error);
  const [flag = 'any', ...more] = behindRow(behind, map.valueSize);
  if (more.length > 0 || !['any', 'exist', 'noexist'].includes(flag))
    return fail(`expected key or value, got: ${flag}`);
  const at = map.entries.findIndex((entry) => entry.key === key);
  const isArray = /array/.test(map.type);
  if (map.frozen) return fail('update failed: Operation not permitted');
  if (flag === 'noexist' && at >= 0) return fail('update failed: File exists');
  if (flag === 'exist' && at < 0) return fail('update failed: No such file or directory');
  if (at < 0 && (isArray || map.entries.length >= map.maxEntries)) return fail('update failed: Argument list too long');
  const entry: MapEntry = { key, value, decoded: null };
  const entries = at < 0 ? [...map.entries, entry] : map.entries.map((one, i) => (i === at ? entry : one));
  return { ...done(json ? 'null\n' : ''), changed: withEntries(snapshot, map, entries) };
}

function btfCommand(command: string, words: readonly string[], snapshot: LabSnapshot, json: boolean): ToolResult {
  const bytes = snapshot.btf === undefined ? null : parseHex(snapshot.btf);
  const mapIds = snapshot.maps.map((map) => map.id);
  const programIds = snapshot.programs.map((program) => program.id);
  if (command === 'show' || command === 'list') {
    if (!bytes) return done(json ? '[]\n' : '');
    if (json) {
      return done(
        JSON.stringify([{ id: 1, size: bytes.length, prog_ids: programIds, map_ids: mapIds, kernel: false }]) + '\n',
      );
    }
    const list = (word: string, ids: readonly number[]): string => (ids.length > 0 ? `  ${word} ${ids.join(',')}` : '');
    return done(`1: name <anon>  size ${bytes.length}B${list('prog_ids', programIds)}${list('map_ids', mapIds)}\n`);
  }
  if (command !== 'dump') return fail(`'btf ${command}' is not simulated; bpftool on Linux has it\n${USAGE}`);
  const [source, ...which] = words;
  if (source === 'prog' || source === 'map') {
    const selected = select<{ id: number; name: string }>(source === 'prog' ? snapshot.programs : snapshot.maps, which);
    if (typeof selected === 'string') return fail(selected);
    if (which.length > 2) return fail(`'format' is not simulated; bpftool on Linux has it`);
  } else if (source !== 'id') return fail(`unrecognized BTF source specifier: '${source ?? ''}'`);
  else if (which[0] !== '1' || !bytes) return fail(`get btf by id (${which[0] ?? ''}): No such file or directory`);
  else if (which.length > 1) return fail(`'format' is not simulated; bpftool on Linux has it`);
  const btf = parseBtf(bytes ?? new Uint8Array(0));
  return isProblem(btf) ? fail(btf.problem.message) : done(dumpBtf(btf));
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
    case 'getnext': {
      if (words.length === 0 || !map) return fail("say which map: 'id MAP_ID' or 'name MAP_NAME'");
      const key = rest.length > 0 ? parseRow(rest, 'key', map.keySize) : null;
      if (key !== null && typeof key !== 'string') return fail(key.error);
      const at = key === null ? -1 : map.entries.findIndex((entry) => entry.key === key);
      const next = map.entries[at + 1];
      if (!next) return fail("can't get next key: No such file or directory");
      if (json) {
        return done(
          JSON.stringify({ key: key === null ? null : jsonBytes(key), next_key: jsonBytes(next.key) }) + '\n',
        );
      }
      const from = key === null ? 'key: None\n' : `key:\n${plainBytes(key)}\n`;
      return done(`${from}next key:\n${plainBytes(next.key)}\n`);
    }
    case 'delete': {
      if (words.length === 0 || !map) return fail("say which map: 'id MAP_ID' or 'name MAP_NAME'");
      const key = parseRow(rest, 'key', map.keySize);
      if (typeof key !== 'string') return fail(key.error);
      if (/array/.test(map.type)) return fail('delete failed: Invalid argument');
      const entries = map.entries.filter((entry) => entry.key !== key);
      if (entries.length === map.entries.length) return fail('delete failed: No such file or directory');
      return { ...done(json ? 'null\n' : ''), changed: withEntries(snapshot, map, entries) };
    }
    case 'update':
      return words.length === 0 || !map
        ? fail("say which map: 'id MAP_ID' or 'name MAP_NAME'")
        : update(map, rest, snapshot, json);
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
    case 'btf':
      return command === 'dump'
        ? btfCommand(command, rest, snapshot, json)
        : pretty(btfCommand(command, rest, snapshot, json));
    default:
      return fail(`object '${object}' is not simulated; bpftool on Linux has it\n${USAGE}`);
  }
}
