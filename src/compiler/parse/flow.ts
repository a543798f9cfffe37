// Can control reach the end of a function? Only for the warning: what cannot be told is taken to be fine.
import type { Block, Label, Statement } from '../tree.ts';
import { constantTruth } from '../check/constants.ts';

/** Names of functions that never return, as far as the language says so. */
const NEVER_RETURNS = new Set(['__builtin_unreachable', '__builtin_trap']);

interface Flow {
  /** control may arrive behind the statement */
  through: boolean;
  /** a break that leaves the statement around it */
  breaks: boolean;
}

/** Does the body end without a return on some path? */
export function fallsThrough(body: Block): boolean {
  const gotos = new Set<Label>();
  collectGotos(body, gotos);
  return sequence(body.statements, gotos, { through: true, breaks: false }).through;
}

/** Is there any return? */
export function returns(statement: Statement): boolean {
  switch (statement.kind) {
    case 'return':
      return true;
    case 'block':
      return statement.statements.some(returns);
    case 'if':
      return returns(statement.then) || (statement.otherwise !== null && returns(statement.otherwise));
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
      return returns(statement.body);
    default:
      return false;
  }
}

function sequence(statements: readonly Statement[], gotos: ReadonlySet<Label>, start: Flow): Flow {
  let flow = start;
  for (const statement of statements) {
    // A label or a case is reached from elsewhere.
    if (statement.kind === 'case' || statement.kind === 'default') flow = { ...flow, through: true };
    else if (statement.kind === 'label') flow = { ...flow, through: flow.through || gotos.has(statement.label) };
    else {
      const next = one(statement, gotos);
      const entered = flow.through || containsEntry(statement, gotos);
      flow = { through: entered && next.through, breaks: flow.breaks || next.breaks };
    }
  }
  return flow;
}

function one(statement: Statement, gotos: ReadonlySet<Label>): Flow {
  switch (statement.kind) {
    case 'block':
      return sequence(statement.statements, gotos, { through: true, breaks: false });
    case 'return':
    case 'goto':
    case 'continue':
      return { through: false, breaks: false };
    case 'break':
      return { through: false, breaks: true };
    case 'asm':
      return { through: true, breaks: false };
    case 'if': {
      const truth = constantTruth(statement.condition);
      const then = one(statement.then, gotos);
      const otherwise = statement.otherwise ? one(statement.otherwise, gotos) : { through: true, breaks: false };
      return {
        through: (then.through && truth !== false) || (otherwise.through && truth !== true),
        breaks: then.breaks || otherwise.breaks,
      };
    }
    case 'while': {
      const { breaks } = one(statement.body, gotos);
      return { through: breaks || constantTruth(statement.condition) !== true, breaks: false };
    }
    case 'do': {
      const body = one(statement.body, gotos);
      return { through: body.breaks || constantTruth(statement.condition) !== true, breaks: false };
    }
    case 'for': {
      const { breaks } = one(statement.body, gotos);
      const endless = statement.condition === null || constantTruth(statement.condition) === true;
      return { through: breaks || !endless, breaks: false };
    }
    case 'switch': {
      const body = one(statement.body, gotos);
      return { through: body.through || body.breaks || !statement.hasDefault, breaks: false };
    }
    case 'expression': {
      const e = statement.expression;
      return { through: !(e.kind === 'builtin' && NEVER_RETURNS.has(e.name)), breaks: false };
    }
    default:
      return { through: true, breaks: false };
  }
}

/** Could a goto, or a case of a switch around it, jump into the statement? */
function containsEntry(statement: Statement, gotos: ReadonlySet<Label>): boolean {
  switch (statement.kind) {
    case 'label':
      return gotos.has(statement.label);
    case 'case':
    case 'default':
      return true;
    case 'block':
      return statement.statements.some((inner) => containsEntry(inner, gotos));
    case 'if':
      return (
        containsEntry(statement.then, gotos) ||
        (statement.otherwise !== null && containsEntry(statement.otherwise, gotos))
      );
    case 'while':
    case 'do':
    case 'for':
      return containsEntry(statement.body, gotos);
    default:
      return false;
  }
}

/** Can anything from outside lead into the statement? Any label or case within is taken for such a way. */
export function hasLabel(statement: Statement): boolean {
  switch (statement.kind) {
    case 'label':
    case 'case':
    case 'default':
      return true;
    case 'block':
      return statement.statements.some(hasLabel);
    case 'if':
      return hasLabel(statement.then) || (statement.otherwise !== null && hasLabel(statement.otherwise));
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
      return hasLabel(statement.body);
    default:
      return false;
  }
}

function collectGotos(statement: Statement, into: Set<Label>): void {
  switch (statement.kind) {
    case 'goto':
      into.add(statement.label);
      break;
    case 'asm':
      for (const label of statement.labels) into.add(label);
      break;
    case 'block':
      for (const inner of statement.statements) collectGotos(inner, into);
      break;
    case 'if':
      collectGotos(statement.then, into);
      if (statement.otherwise) collectGotos(statement.otherwise, into);
      break;
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
      collectGotos(statement.body, into);
      break;
  }
}
