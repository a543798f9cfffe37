// Which lines changed between two versions of a text? A plain longest-common-subsequence comparison: the texts are short.

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  // length[i][j]: how many lines a[i…] and b[j…] have in common
  const length = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = length[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: a[i] ?? '' });
      i++;
    } else {
      lines.push({ kind: 'added', text: b[j] ?? '' });
      j++;
    }
  }
  return lines;
}

/** The lines that matter: what changed with two lines around it; null stands for a stretch that is left out. */
export function changesInContext(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const shown = new Set(
    lines.flatMap((line, index) => (line.kind === 'same' ? [] : [index - 2, index - 1, index, index + 1, index + 2])),
  );
  return lines.flatMap((line, index) => {
    if (shown.has(index)) return [line];
    return index === 0 || shown.has(index - 1) ? [null] : [];
  });
}

/** As patches are written: `-` taken out, `+` put in; of what stayed, two lines around a change. */
export const renderDiff = (lines: readonly DiffLine[]): string =>
  changesInContext(lines)
    .map((line) => (line ? `${line.kind === 'same' ? ' ' : line.kind === 'removed' ? '-' : '+'} ${line.text}` : '  …'))
    .join('\n');
