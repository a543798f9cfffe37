// GNU inline assembly: template, operands, clobbers, goto labels.
import type { AssemblyStatement, Label } from '../tree.ts';
import { integerConstant } from '../check/constants.ts';
import { isLvalue, isPoison, markAddressTaken, rvalue } from '../check/conversions.ts';
import { markWritten } from '../check/assignments.ts';
import { isConst, isScalar, quotedType } from '../check/types.ts';
import * as T from '../preprocess/token.ts';
import { parseExpression } from './expressions.ts';
import { labelNamed } from './labels.ts';
import { parseString } from './literals.ts';
import type { Parser } from './parser.ts';

function parseText(p: Parser): string {
  if (p.kind !== T.STRING) p.fail('expected-string', p.position, { where: "'asm'" });
  let text = '';
  while (p.kind === T.STRING) {
    for (const unit of parseString(p.text(), 1).units) text += String.fromCharCode(unit);
    p.advance();
  }
  return text;
}

/** "[" name "]" — the operand's name; '' when it has none */
function parseOperandName(p: Parser): string {
  if (p.kind !== T.LBRACKET) return '';
  const open = p.position;
  p.advance();
  const name = p.text();
  if (p.kind !== T.IDENTIFIER && !T.isKeyword(p.kind)) p.fail('expected-identifier', p.position, {});
  p.advance();
  p.expectClosing(T.RBRACKET, open);
  return name;
}

/** asm = "asm" ("volatile" | "inline" | "goto")* "(" template (":" outputs (":" inputs (":" clobbers (":" labels)?)?)?)? ")" ";" */
export function parseAssembly(p: Parser): AssemblyStatement {
  const at = p.position;
  p.advance();
  let isVolatile = false;
  while (p.kind === T.VOLATILE || p.kind === T.INLINE || p.kind === T.GOTO) {
    isVolatile = true;
    p.advance();
  }
  const open = p.position;
  if (p.kind !== T.LPAREN) p.fail('expected-after-word', p.position, { token: '(', word: 'asm' });
  p.advance();
  const template = parseText(p);
  const outputs: { name: string; constraint: string; target: AssemblyStatement['outputs'][number]['target'] }[] = [];
  const inputs: { name: string; constraint: string; value: AssemblyStatement['inputs'][number]['value'] }[] = [];
  const clobbers: string[] = [];
  const labels: Label[] = [];
  if (p.accept(T.COLON)) {
    if (p.kind !== T.COLON && p.kind !== T.RPAREN) {
      do outputs.push(parseOutput(p));
      while (p.accept(T.COMMA));
    }
    if (p.accept(T.COLON)) {
      if (p.kind !== T.COLON && p.kind !== T.RPAREN) {
        do inputs.push(parseInput(p));
        while (p.accept(T.COMMA));
      }
      if (p.accept(T.COLON)) {
        while (p.kind === T.STRING) {
          clobbers.push(parseText(p));
          if (!p.accept(T.COMMA)) break;
        }
        if (p.accept(T.COLON)) {
          while (p.kind === T.IDENTIFIER) {
            labels.push(labelNamed(p, p.value, p.position).label);
            p.advance();
            if (!p.accept(T.COMMA)) break;
          }
        }
      }
    }
  }
  p.expectClosing(T.RPAREN, open);
  p.expectAfter(T.SEMICOLON, 'asm statement');
  return {
    kind: 'asm',
    volatile: isVolatile || outputs.length === 0,
    template,
    outputs,
    inputs,
    clobbers,
    labels,
    at,
  };
}

function parseOutput(p: Parser): AssemblyStatement['outputs'][number] {
  const name = parseOperandName(p);
  const place = p.position;
  const constraint = parseText(p);
  if (!/^[=+]/.test(constraint)) p.report('asm-output-constraint', place, { constraint });
  const open = p.position;
  p.expect(T.LPAREN);
  const first = p.position;
  const target = parseExpression(p);
  p.expectClosing(T.RPAREN, open);
  if (!isPoison(target)) {
    if (!isLvalue(target)) p.report('asm-output-lvalue', first, {});
    else if (isConst(target.type)) p.report('asm-output-lvalue', first, {});
    else {
      markWritten(p, target);
      if (constraint.includes('m')) markAddressTaken(p, target);
    }
  }
  return { name, constraint, target };
}

function parseInput(p: Parser): AssemblyStatement['inputs'][number] {
  const name = parseOperandName(p);
  const constraint = parseText(p);
  const open = p.position;
  p.expect(T.LPAREN);
  const first = p.position;
  const e = parseExpression(p);
  p.expectClosing(T.RPAREN, open);
  if (constraint.includes('m') && !/[rgi]/.test(constraint)) {
    if (isLvalue(e)) markAddressTaken(p, e);
    return { name, constraint, value: e };
  }
  const value = rvalue(e);
  if (!isPoison(value) && !isScalar(value.type)) p.report('asm-operand-type', first, { type: quotedType(value.type) });
  // "i": an immediate; what inlining makes constant is the code generator's to judge.
  const known = constraint === 'i' ? integerConstant(value) : null;
  return {
    name,
    constraint,
    value: known === null ? value : { kind: 'integer', type: value.type, value: known, at: value.at },
  };
}
