// Labels and goto: one name space for each function, and one for each block that says __label__ (C11 6.2.3).
import type { Location } from '../tree.ts';
import { textOf } from '../preprocess/interner.ts';
import type { LabelState, Parser } from './parser.ts';

function find(p: Parser, name: number): LabelState | undefined {
  const state = p.function;
  if (!state) return undefined;
  for (let i = state.localLabels.length - 1; i >= 0; i--) {
    const local = state.localLabels[i]?.get(name);
    if (local) return local;
  }
  return state.labels.get(name);
}

/** The label that a goto means; it may be defined further down. */
export function labelNamed(p: Parser, name: number, at: Location): LabelState {
  const known = find(p, name);
  if (known) {
    if (known.usedAt < 0) known.usedAt = at;
    return known;
  }
  const label: LabelState = { label: { name: textOf(name) }, definedAt: -1, usedAt: at };
  p.function?.labels.set(name, label);
  return label;
}

/** `name:` at a statement. */
export function defineLabel(p: Parser, name: number, at: Location): LabelState {
  const label = labelNamed(p, name, -1);
  if (label.definedAt >= 0) {
    p.report(
      'label-redefined',
      at,
      { name: textOf(name) },
      { notes: [p.note('previous-definition', label.definedAt, {})] },
    );
  }
  label.definedAt = at;
  return label;
}

/** __label__ a, b; at the start of a block. */
export function declareLocalLabel(p: Parser, name: number): void {
  const block = p.function?.localLabels.at(-1);
  block?.set(name, { label: { name: textOf(name) }, definedAt: -1, usedAt: -1 });
}

/** Complains about gotos that lead nowhere. */
export function checkLabels(p: Parser, labels: ReadonlyMap<number, LabelState>): void {
  for (const { label, definedAt, usedAt } of labels.values()) {
    if (definedAt < 0 && usedAt >= 0) p.report('label-undeclared', usedAt, { name: label.name });
  }
}
