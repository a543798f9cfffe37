// Which call is being written, and at which argument is the cursor?
import { intern } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import type { Analysis, RawToken } from './analysis.ts';
import { calledType, declare, isHelper, macroHead } from './describe.ts';
import type { Place, SignatureReport, Topic } from './reports.ts';
import { functionTopic, helperTopic } from './topics.ts';

export interface OpenCall {
  readonly name: RawToken;
  readonly argument: number;
}

/** The innermost call whose parentheses are open at `offset`. */
export function openCall(analysis: Analysis, offset: number): OpenCall | null {
  let depth = 0;
  let argument = 0;
  for (let i = analysis.indexBefore(offset); i >= 0; i--) {
    const token = analysis.token(i);
    if (!token || token.to > offset) continue;
    if (token.kind === T.RPAREN || token.kind === T.RBRACKET) depth++;
    else if (token.kind === T.LPAREN || token.kind === T.LBRACKET) {
      if (depth > 0) {
        depth--;
        continue;
      }
      const name = analysis.token(i - 1);
      if (token.kind === T.LPAREN && name?.kind === T.IDENTIFIER) return { name, argument };
      argument = 0;
    } else if (token.kind === T.COMMA && depth === 0) argument++;
    else if (token.kind === T.LBRACE || token.kind === T.RBRACE || (token.kind === T.SEMICOLON && depth === 0)) {
      return null;
    }
  }
  return null;
}

function report(
  head: string,
  parameters: readonly string[],
  tail: string,
  argument: number,
  about: Topic | null,
): SignatureReport {
  let label = head;
  const spans = parameters.map((parameter, i) => {
    if (i > 0) label += ', ';
    const from = label.length;
    label += parameter;
    return [from, label.length] as const;
  });
  const last = parameters.at(-1) ?? '';
  const active = last.includes('...') ? Math.min(argument, parameters.length - 1) : argument;
  return { label: label + tail, parameters: spans, active, about };
}

export function signature(analysis: Analysis, place: Place): SignatureReport | null {
  const call = openCall(analysis, analysis.offset(place));
  if (!call) return null;
  const { front } = analysis;
  const { text } = call.name;
  const at = analysis.location(call.name.from);
  const symbol = (at === null ? undefined : front.references.get(at)) ?? front.symbols.get(intern(text));
  const macro = front.macros.get(intern(text));
  if (macro && macro.parameters !== null) {
    const names = macroHead(text, macro)
      .slice(text.length + 1, -1)
      .split(', ')
      .filter((it) => it !== '');
    return report(`${text}(`, names, ')', call.argument, functionTopic(analysis, text, macro.place));
  }
  const type =
    symbol?.kind === 'function'
      ? symbol.function.type
      : symbol?.kind === 'variable'
        ? calledType(symbol.variable.type)
        : null;
  if (!type || !symbol) return null;
  const parameters = type.parameters.map((parameter) => declare(parameter.type, parameter.name));
  if (type.variadic) parameters.push('...');
  const about =
    symbol.kind === 'variable'
      ? isHelper(symbol.variable)
        ? helperTopic(text)
        : null
      : functionTopic(analysis, text, analysis.stream.diagnosticPlace(symbol.at));
  // The result's type stands in front, whatever shape it has.
  const whole = declare(type.result, `${text}(`);
  return report(
    whole,
    parameters.length > 0 ? parameters : [],
    parameters.length > 0 ? ')' : 'void)',
    call.argument,
    about,
  );
}
