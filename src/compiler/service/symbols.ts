// What does this file declare? Its programs, functions, maps, variables, types and macros, in the order of the text.
import { textOf } from '../preprocess/interner.ts';
import type { Location } from '../tree.ts';
import type { Analysis } from './analysis.ts';
import { declare, macroBody, macroHead, symbolText } from './describe.ts';
import type { SymbolReport } from './reports.ts';

export function documentSymbols(analysis: Analysis): SymbolReport[] {
  const { front, stream, file } = analysis;
  const from = file.base;
  const to = from + file.raw.text.length;
  const found = new Map<number, SymbolReport>();
  const add = (place: number, name: string, kind: SymbolReport['kind'], detail: string): void => {
    if (place < from || place > to || name === '') return;
    // What a macro declares under a name of its own is none of the text's.
    if (!file.raw.text.startsWith(name, place - from)) return;
    found.set(place, { name, kind, detail, span: stream.sources.span(place) });
  };
  const placeOf = (at: Location): number => (at < 0 ? -1 : stream.diagnosticPlace(at));

  for (const [id, macro] of front.macros)
    add(macro.place, textOf(id), 'macro', `${macroHead(textOf(id), macro)} ${macroBody(macro)}`.trim());
  for (const tag of front.tags) {
    const word = tag.kind === 'enum' ? 'enum' : tag.union ? 'union' : 'struct';
    if (tag.complete) add(placeOf(tag.at), tag.tag, 'type', `${word} ${tag.tag}`);
  }
  for (const symbol of front.symbols.values()) {
    if (symbol.kind === 'constant') continue;
    const place = placeOf(symbol.at);
    if (symbol.kind === 'typedef') {
      add(place, symbol.type.kind === 'typedef' ? symbol.type.name : '', 'type', symbolText(symbol));
    } else if (symbol.kind === 'function') {
      const { section } = symbol.function.attributes;
      const isProgram = !analysis.kernelMode && section !== null && section !== '.text';
      const kind = isProgram ? 'program' : 'function';
      add(place, symbol.function.name, kind, kind === 'program' ? `SEC("${section ?? ''}")` : symbolText(symbol));
    } else {
      const { variable } = symbol;
      const isMap = variable.attributes.section === '.maps';
      add(place, variable.name, isMap ? 'map' : 'variable', declare(variable.type, variable.name));
    }
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, symbol]) => symbol);
}
