// Token kinds. A kind is a small integer, so that tokens live in typed arrays and the parser switches on numbers.

export const END: number = 0;
export const IDENTIFIER: number = 1;
export const NUMBER: number = 2;
export const STRING: number = 3;
export const CHARACTER: number = 4;
/** a pragma that the parser has to know; the value is its index in the token stream's pragma list */
export const PRAGMA: number = 5;
/** a character, or an unterminated literal, that no token starts with */
export const STRAY: number = 6;
/** only inside macro bodies: nothing, where an empty argument stood beside ## */
export const PLACEMARKER: number = 7;

/** Punctuators, longest first where one is another's prefix; the order gives their numbers. */
const PUNCTUATORS = [
  '[', ']', '(', ')', '{', '}', '.', '->', '++', '--', '&', '*', '+', '-', '~', '!', '/', '%', '<<', '>>', '<', '>',
  '<=', '>=', '==', '!=', '^', '|', '&&', '||', '?', ':', ';', '...', '=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=',
  '&=', '^=', '|=', ',', '#', '##',
] as const; // prettier-ignore
const FIRST_PUNCTUATOR = 16;

export const LBRACKET: number = 16;
export const RBRACKET: number = 17;
export const LPAREN: number = 18;
export const RPAREN: number = 19;
export const LBRACE: number = 20;
export const RBRACE: number = 21;
export const DOT: number = 22;
export const ARROW: number = 23;
export const PLUS_PLUS: number = 24;
export const MINUS_MINUS: number = 25;
export const AMP: number = 26;
export const STAR: number = 27;
export const PLUS: number = 28;
export const MINUS: number = 29;
export const TILDE: number = 30;
export const BANG: number = 31;
export const SLASH: number = 32;
export const PERCENT: number = 33;
export const SHIFT_LEFT: number = 34;
export const SHIFT_RIGHT: number = 35;
export const LESS: number = 36;
export const GREATER: number = 37;
export const LESS_EQUAL: number = 38;
export const GREATER_EQUAL: number = 39;
export const EQUAL_EQUAL: number = 40;
export const NOT_EQUAL: number = 41;
export const CARET: number = 42;
export const PIPE: number = 43;
export const AMP_AMP: number = 44;
export const PIPE_PIPE: number = 45;
export const QUESTION: number = 46;
export const COLON: number = 47;
export const SEMICOLON: number = 48;
export const ELLIPSIS: number = 49;
export const ASSIGN: number = 50;
export const STAR_ASSIGN: number = 51;
export const SLASH_ASSIGN: number = 52;
export const PERCENT_ASSIGN: number = 53;
export const PLUS_ASSIGN: number = 54;
export const MINUS_ASSIGN: number = 55;
export const SHIFT_LEFT_ASSIGN: number = 56;
export const SHIFT_RIGHT_ASSIGN: number = 57;
export const AMP_ASSIGN: number = 58;
export const CARET_ASSIGN: number = 59;
export const PIPE_ASSIGN: number = 60;
export const COMMA: number = 61;
export const HASH: number = 62;
export const HASH_HASH: number = 63;

/** Keywords with their GNU spellings; the order gives their numbers. */
const KEYWORDS: readonly string[] = [
  'auto', 'break', 'case', 'char', 'const __const __const__', 'continue', 'default', 'do', 'double', 'else', 'enum',
  'extern', 'float', 'for', 'goto', 'if', 'inline __inline __inline__', 'int', 'long', 'register',
  'restrict __restrict __restrict__', 'return', 'short', 'signed __signed __signed__', 'sizeof', 'static', 'struct',
  'switch', 'typedef', 'union', 'unsigned', 'void', 'volatile __volatile __volatile__', 'while', '_Alignas',
  '_Alignof __alignof __alignof__', '_Atomic', '_Bool', '_Complex __complex__', '_Generic', '_Noreturn',
  '_Static_assert', '_Thread_local __thread', 'asm __asm __asm__', '__attribute__ __attribute',
  'typeof __typeof __typeof__', 'typeof_unqual __typeof_unqual __typeof_unqual__', '__auto_type', '__extension__',
  '__int128', '__label__', '__builtin_va_arg', '__builtin_offsetof', '__builtin_types_compatible_p',
  '__builtin_choose_expr', '__func__ __FUNCTION__ __PRETTY_FUNCTION__', '_Float16 __fp16', '__float128 _Float128',
]; // prettier-ignore
const FIRST_KEYWORD = 64;

export const AUTO: number = 64;
export const BREAK: number = 65;
export const CASE: number = 66;
export const CHAR: number = 67;
export const CONST: number = 68;
export const CONTINUE: number = 69;
export const DEFAULT: number = 70;
export const DO: number = 71;
export const DOUBLE: number = 72;
export const ELSE: number = 73;
export const ENUM: number = 74;
export const EXTERN: number = 75;
export const FLOAT: number = 76;
export const FOR: number = 77;
export const GOTO: number = 78;
export const IF: number = 79;
export const INLINE: number = 80;
export const INT: number = 81;
export const LONG: number = 82;
export const REGISTER: number = 83;
export const RESTRICT: number = 84;
export const RETURN: number = 85;
export const SHORT: number = 86;
export const SIGNED: number = 87;
export const SIZEOF: number = 88;
export const STATIC: number = 89;
export const STRUCT: number = 90;
export const SWITCH: number = 91;
export const TYPEDEF: number = 92;
export const UNION: number = 93;
export const UNSIGNED: number = 94;
export const VOID: number = 95;
export const VOLATILE: number = 96;
export const WHILE: number = 97;
export const ALIGNAS: number = 98;
export const ALIGNOF: number = 99;
export const ATOMIC: number = 100;
export const BOOL: number = 101;
export const COMPLEX: number = 102;
export const GENERIC: number = 103;
export const NORETURN: number = 104;
export const STATIC_ASSERT: number = 105;
export const THREAD_LOCAL: number = 106;
export const ASM: number = 107;
export const ATTRIBUTE: number = 108;
export const TYPEOF: number = 109;
export const TYPEOF_UNQUAL: number = 110;
export const AUTO_TYPE: number = 111;
export const EXTENSION: number = 112;
export const INT128: number = 113;
export const LABEL: number = 114;
export const VA_ARG: number = 115;
export const OFFSETOF: number = 116;
export const TYPES_COMPATIBLE: number = 117;
export const CHOOSE_EXPR: number = 118;
export const FUNCTION_NAME: number = 119;
export const FLOAT16: number = 120;
export const FLOAT128: number = 121;

/** Flags of a raw token. */
export const AT_LINE_START: number = 1;
export const SPACE_BEFORE: number = 2;

/** Every keyword spelling with its kind, in the order in which the interner numbers them. */
export const KEYWORD_SPELLINGS: readonly { readonly text: string; readonly kind: number }[] = KEYWORDS.flatMap(
  (spellings, index) => spellings.split(' ').map((text) => ({ text, kind: FIRST_KEYWORD + index })),
);

/** C's spelling of a punctuator; '' for other kinds. */
export function punctuatorText(kind: number): string {
  return PUNCTUATORS[kind - FIRST_PUNCTUATOR] ?? '';
}

/** A keyword's first spelling; '' for other kinds. */
export function keywordText(kind: number): string {
  return KEYWORDS[kind - FIRST_KEYWORD]?.split(' ')[0] ?? '';
}

export function isKeyword(kind: number): boolean {
  return kind >= FIRST_KEYWORD;
}
