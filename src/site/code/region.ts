// Finds a part of a C file by the name of what it declares, so that a chapter can show it without copying it.

export interface Region {
  /** of the first line, from 1 */
  readonly line: number;
  readonly text: string;
}

/** Stretches of lines between blank lines that lie outside every brace: declarations with the comments above them. */
function topLevelParts(text: string): Region[] {
  const parts: Region[] = [];
  let depth = 0;
  let lines: string[] = [];
  let start = 1;
  const flush = (next: number): void => {
    if (lines.some((line) => line.trim() !== '')) parts.push({ line: start, text: lines.join('\n') });
    lines = [];
    start = next;
  };
  text.split('\n').forEach((line, index) => {
    if (depth === 0 && line.trim() === '') {
      flush(index + 2);
      return;
    }
    lines.push(line);
    const code = line.replace(/\/\/.*|\/\*.*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
    for (const character of code) {
      if (character === '{') depth++;
      if (character === '}') depth--;
    }
  });
  flush(0);
  return parts;
}

/** The top-level declaration, definition or macro called `name`; null when the file has none. */
export function regionNamed(text: string, name: string): Region | null {
  const word = name.replace(/\W/g, '');
  const declares = [
    new RegExp(`^#\\s*define\\s+${word}\\b`, 'm'),
    new RegExp(`^(?:struct|union|enum)\\s+${word}\\b[^;]*\\{`, 'm'),
    new RegExp(`^\\}\\s*${word}\\b`, 'm'),
    new RegExp(`^[A-Za-z_][^\\n=;{}]*\\b${word}\\s*(?:\\(|\\[|=|;)`, 'm'),
  ];
  return topLevelParts(text).find((part) => declares.some((pattern) => pattern.test(part.text))) ?? null;
}
