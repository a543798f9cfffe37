// Numbers in assembly: `(%l[out] - 1b - 8) / 8 & 0xffff`, with the precedences of the GNU assembler, in 64 bits.

const TOKEN = /\s*(?:(0x[0-9a-f]+|0b[01]+|\d+[bf](?!\w)|\d+)|([a-z_.$][\w.$]*)|(<<|>>|[-+*\/%&|^~()]))/iy;

const PRECEDENCE: Record<string, number> = {
  '+': 1,
  '-': 1,
  '|': 2,
  '^': 2,
  '&': 2,
  '*': 3,
  '/': 3,
  '%': 3,
  '<<': 3,
  '>>': 3,
};

function apply(op: string, a: bigint, b: bigint): bigint | null {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%':
      return b === 0n ? null : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << (b & 63n);
    default:
      return a >> (b & 63n);
  }
}

/** @param find the place of a label, in bytes; null when there is none. Returns null for what is no number. */
export function evaluateExpression(text: string, find: (label: string) => number | null): bigint | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    tokens.push(match[0].trim());
  }
  let at = 0;
  let nesting = 0;
  const primary = (): bigint | null => {
    const token = tokens[at++];
    if (token === undefined || nesting > 100) return null;
    if (token === '(') {
      nesting++;
      const inner = binary(1);
      nesting--;
      return tokens[at++] === ')' ? inner : null;
    }
    if (token === '-' || token === '+' || token === '~') {
      nesting++;
      const value = primary();
      nesting--;
      if (value === null) return null;
      return token === '-' ? -value : token === '~' ? ~value : value;
    }
    if (/^0\d+$/.test(token)) return /^[0-7]+$/.test(token) ? BigInt(`0o${token}`) : null;
    if (/^0[xb]|^\d+$/i.test(token)) return BigInt(token);
    if (!/^[\w.$]/.test(token)) return null;
    const place = find(token);
    return place === null ? null : BigInt(place);
  };
  const binary = (least: number): bigint | null => {
    let left = primary();
    for (let op = tokens[at]; left !== null && op !== undefined && (PRECEDENCE[op] ?? 0) >= least; op = tokens[at]) {
      at++;
      const right = binary(PRECEDENCE[op]! + 1);
      left = right === null ? null : BigInt.asIntN(64, apply(op, left, right) ?? 0n);
    }
    return left;
  };
  const value = binary(1);
  return at === tokens.length ? value : null;
}
