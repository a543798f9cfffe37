// Macros that are there before the first line: those of clang's BPF target, as headers ask for them.
// We name ourselves clang 19 because headers choose by it; there is no claim behind it.
import type { PreprocessOptions } from './preprocessor.ts';

interface IntegerWidth {
  readonly bits: number;
  readonly type: string;
  readonly suffix: string;
  readonly format: string;
}

const EXACT: readonly IntegerWidth[] = [
  { bits: 8, type: 'signed char', suffix: '', format: 'hh' },
  { bits: 16, type: 'short', suffix: '', format: 'h' },
  { bits: 32, type: 'int', suffix: '', format: '' },
  { bits: 64, type: 'long int', suffix: 'L', format: 'l' },
];

function unsignedName(type: string): string {
  if (type === 'signed char') return 'unsigned char';
  return type === 'long int' ? 'long unsigned int' : `unsigned ${type}`;
}

function integerMacros(): string[] {
  const lines: string[] = [];
  const add = (name: string, value: string | number): void => {
    lines.push(`#define __${name} ${value}`);
  };
  const family = (name: string, width: IntegerWidth, signed: boolean): void => {
    const max = (1n << BigInt(width.bits - (signed ? 1 : 0))) - 1n;
    add(`${name}_TYPE__`, signed ? width.type : unsignedName(width.type));
    add(`${name}_MAX__`, `${max}${signed || width.bits < 32 ? '' : 'U'}${width.suffix}`);
    for (const letter of signed ? 'di' : 'oxuX') add(`${name}_FMT${letter}__`, `"${width.format}${letter}"`);
  };
  for (const width of EXACT) {
    family(`INT${width.bits}`, width, true);
    family(`UINT${width.bits}`, width, false);
    add(`INT${width.bits}_C_SUFFIX__`, width.suffix);
    add(`UINT${width.bits}_C_SUFFIX__`, width.bits < 32 ? '' : `U${width.suffix}`);
    for (const kind of ['LEAST', 'FAST']) {
      family(`INT_${kind}${width.bits}`, width, true);
      family(`UINT_${kind}${width.bits}`, width, false);
      add(`INT_${kind}${width.bits}_WIDTH__`, width.bits);
    }
  }
  const long = EXACT[3] as IntegerWidth;
  for (const name of ['INTMAX', 'INTPTR', 'PTRDIFF']) {
    family(name, long, true);
    add(`${name}_WIDTH__`, 64);
  }
  for (const name of ['UINTMAX', 'UINTPTR', 'SIZE']) {
    family(name, long, false);
    add(`${name}_WIDTH__`, 64);
  }
  add('INTMAX_C_SUFFIX__', 'L');
  add('UINTMAX_C_SUFFIX__', 'UL');
  return lines;
}

const FIXED = `
_LP64 1|__LP64__ 1|__STDC__ 1|__STDC_HOSTED__ 1|__STDC_VERSION__ 201710L|__STDC_UTF_16__ 1|__STDC_UTF_32__ 1
__BPF__ 1|__bpf__ 1|__ELF__ 1|__LITTLE_ENDIAN__ 1|__OPTIMIZE__ 1|__GNUC_STDC_INLINE__ 1|__GXX_ABI_VERSION 1002
__clang__ 1|__llvm__ 1|__clang_major__ 19|__clang_minor__ 1|__clang_patchlevel__ 7|__clang_version__ "19.1.7"
__VERSION__ "Clang 19.1.7 compatible"|__GNUC__ 4|__GNUC_MINOR__ 2|__GNUC_PATCHLEVEL__ 1
__ORDER_LITTLE_ENDIAN__ 1234|__ORDER_BIG_ENDIAN__ 4321|__ORDER_PDP_ENDIAN__ 3412|__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__
__CHAR_BIT__ 8|__BOOL_WIDTH__ 8|__SHRT_WIDTH__ 16|__INT_WIDTH__ 32|__LONG_WIDTH__ 64|__LLONG_WIDTH__ 64|__POINTER_WIDTH__ 64
__SCHAR_MAX__ 127|__SHRT_MAX__ 32767|__INT_MAX__ 2147483647|__LONG_MAX__ 9223372036854775807L
__LONG_LONG_MAX__ 9223372036854775807LL|__WCHAR_MAX__ 2147483647|__WINT_MAX__ 2147483647|__SIG_ATOMIC_MAX__ 2147483647
__WCHAR_WIDTH__ 32|__WINT_WIDTH__ 32|__SIG_ATOMIC_WIDTH__ 32|__BITINT_MAXWIDTH__ 128|__BIGGEST_ALIGNMENT__ 8
__SIZEOF_SHORT__ 2|__SIZEOF_INT__ 4|__SIZEOF_LONG__ 8|__SIZEOF_LONG_LONG__ 8|__SIZEOF_INT128__ 16|__SIZEOF_POINTER__ 8
__SIZEOF_SIZE_T__ 8|__SIZEOF_PTRDIFF_T__ 8|__SIZEOF_WCHAR_T__ 4|__SIZEOF_WINT_T__ 4|__SIZEOF_FLOAT__ 4
__SIZEOF_DOUBLE__ 8|__SIZEOF_LONG_DOUBLE__ 8|__WCHAR_TYPE__ int|__WINT_TYPE__ int|__CHAR16_TYPE__ unsigned short
__CHAR32_TYPE__ unsigned int|__USER_LABEL_PREFIX__|__REGISTER_PREFIX__|__PRAGMA_REDEFINE_EXTNAME 1
__ATOMIC_RELAXED 0|__ATOMIC_CONSUME 1|__ATOMIC_ACQUIRE 2|__ATOMIC_RELEASE 3|__ATOMIC_ACQ_REL 4|__ATOMIC_SEQ_CST 5
__FLT_RADIX__ 2|__FLT_MANT_DIG__ 24|__DBL_MANT_DIG__ 53|__FINITE_MATH_ONLY__ 0|__CONSTANT_CFSTRINGS__ 1
__MEMORY_SCOPE_SYSTEM 0|__MEMORY_SCOPE_DEVICE 1|__MEMORY_SCOPE_WRKGRP 2|__MEMORY_SCOPE_WVFRNT 3|__MEMORY_SCOPE_SINGLE 4
__GCC_ATOMIC_TEST_AND_SET_TRUEVAL 1|__BPF_FEATURE_ADDR_SPACE_CAST 1
`;

/** What each instruction set has, as clang announces it. */
const CPU_FEATURES: Readonly<Record<PreprocessOptions['cpu'], readonly string[]>> = {
  v1: [],
  v2: ['JMP_EXT', 'MAY_GOTO'],
  v3: ['JMP_EXT', 'MAY_GOTO', 'JMP32', 'ALU32'],
  v4: ['JMP_EXT', 'MAY_GOTO', 'JMP32', 'ALU32', 'LDSX', 'MOVSX', 'BSWAP', 'SDIV_SMOD', 'GOTOL', 'ST'],
};

let fixedText: string | null = null;

function fixed(): string {
  if (fixedText === null) {
    const lines = FIXED.split(/[|\n]/).filter((line) => line !== '');
    const atomics = ['BOOL', 'CHAR', 'CHAR16_T', 'CHAR32_T', 'WCHAR_T', 'SHORT', 'INT', 'LONG', 'LLONG', 'POINTER'];
    for (const type of atomics) lines.push(`__GCC_ATOMIC_${type}_LOCK_FREE 2`, `__CLANG_ATOMIC_${type}_LOCK_FREE 2`);
    fixedText = [...lines.map((line) => `#define ${line}`), ...integerMacros()].join('\n');
  }
  return fixedText;
}

/** The text that is read before the main file: target macros, then -D. */
export function predefinedText(options: PreprocessOptions): string {
  const features = CPU_FEATURES[options.cpu].map((name) => `#define __BPF_FEATURE_${name} 1`);
  const defines = Object.entries(options.defines).map(
    ([name, value]) => `#define ${name} ${value.replace(/\r?\n/g, ' ')}`,
  );
  const target = options.target === 'module' ? ['#define __KERNEL__ 1', '#define MODULE 1'] : [];
  return [fixed(), `#define __BPF_CPU_VERSION__ ${options.cpu.slice(1)}`, ...features, ...target, ...defines, ''].join(
    '\n',
  );
}
