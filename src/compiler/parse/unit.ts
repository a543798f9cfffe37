// A translation unit: all declarations of a file, then what only its end can tell.
import { canonical } from '../tree.ts';
import type { TranslationUnit, Variable } from '../tree.ts';
import { arrayOf, isComplete, quotedType } from '../check/types.ts';
import * as T from '../preprocess/token.ts';
import { parseExternalDeclaration } from './declarations.ts';
import { SyntaxProblem } from './parser.ts';
import type { Parser } from './parser.ts';
import { postpone } from './postpone.ts';

/** translation-unit = external-declaration* */
export function parseTranslationUnit(p: Parser, file: string): TranslationUnit {
  const state = p.saveState();
  p.readDeclaration = parseExternalDeclaration;
  try {
    while (p.kind !== T.END) {
      const from = p.position;
      try {
        if (!postpone(p)) parseExternalDeclaration(p);
      } catch (problem) {
        p.recover(state, problem);
        p.skipStatement();
        if (p.position === from) p.advance();
      }
    }
  } catch (problem) {
    // Nothing more is to be said; what has been understood so far is the result.
    if (!(problem instanceof SyntaxProblem)) throw problem;
  }
  restoreWrittenCallees(p);
  try {
    finish(p);
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
  }
  return {
    file,
    locations: p.stream,
    functions: p.functions.all().filter((fn) => fn.defined || p.usedFunctions.has(fn)),
    globals: p.globals.all().filter((variable) => isNeeded(p, variable)),
    types: p.types,
  };
}

/** What only the end of the file can tell. */
function finish(p: Parser): void {
  finishTentative(p);
  for (const [fn, at] of p.floatingBodies) if (p.usedFunctions.has(fn)) p.report('floating-point', at, {});
  for (const fn of p.functions.all()) {
    const missing = fn.isStatic && !fn.defined && p.usedFunctions.has(fn);
    if (missing) p.report('function-not-defined', fn.at, { name: fn.name });
  }
}

/** Defined for others, asked for by attribute, or used. */
function isNeeded(p: Parser, variable: Variable): boolean {
  if ((p.uses.get(variable) ?? 0) > 0) return true;
  if (variable.storage === 'extern') return false;
  return variable.storage === 'global' || variable.attributes.used;
}

/** File-scope variables without an initialiser must have a complete type by now. */
function finishTentative(p: Parser): void {
  for (const { variable, at } of p.tentative) {
    const type = canonical(variable.type);
    if (isComplete(type)) continue;
    if (type.kind === 'array' && isComplete(type.element)) {
      p.report('tentative-array', at, {});
      variable.type = arrayOf(type.element, 1);
    } else p.report('never-completed', at, { type: quotedType(variable.type) });
  }
}

/** Calls that took a static pointer's initial value, though somewhere it is written to after all. */
function restoreWrittenCallees(p: Parser): void {
  for (const { call, callee, variable } of p.foldedCalls) {
    if (!p.writtenVariables.has(variable)) continue;
    call.callee = callee;
    p.countUse(variable);
  }
}
