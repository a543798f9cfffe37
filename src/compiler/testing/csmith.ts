// csmith's random C (https://github.com/csmith-project/csmith, Debian's package csmith), held to what eBPF can express:
// no floating point, no output, few functions, small arrays. Its run-time header is replaced by ours, which computes a
// checksum of all globals; two compilers must come to the same.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../judge/clang.ts';

/** The program CSMITH names, or the one on PATH. */
function findCsmith(): string | null {
  const named = process.env['CSMITH'];
  return named === undefined || named === '' ? findProgram('csmith') : named;
}

/** Why csmith cannot be asked, null if it can. */
export function csmithAbsence(): string | null {
  return findCsmith() === null ? 'csmith is not installed' : null;
}

/** Does the program end in a moment on this machine itself, compiled by clang-19 as it was written? */
export async function endsNatively(source: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-csmith-'));
  const done = (program: string, words: string[], timeout: number): Promise<boolean> =>
    new Promise((resolve) => execFile(program, words, { timeout, killSignal: 'SIGKILL' }, (error) => resolve(!error)));
  try {
    const file = join(folder, 'program.c');
    const main = 'int main(void) { static uint64_t memory[64]; return prog((void *)memory); }';
    await writeFile(file, `${source.replace(/^#define SEC.*$/m, '#define SEC(name)')}${main}\n`);
    const native = join(folder, 'program');
    if (!(await done('clang-19', ['-w', '-O0', file, '-o', native], 60_000))) return true;
    return await done(native, [], MOMENT);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds in which a processor does a hundred times what the interpreter is given. */
const MOMENT = 5_000;

const WIDTHS = [8, 16, 32, 64] as const;

/**
 * csmith's arithmetic wrappers: defined for every operand. Where C says nothing, the left operand is the answer; where
 * the machine has no signed division, the quotient is the unsigned one.
 */
function safeMath(signedDivision: boolean): string {
  const lines: string[] = [];
  for (const bits of WIDTHS) {
    for (const signed of [true, false]) {
      const type = `${signed ? '' : 'u'}int${bits}_t`;
      const suffix = signed ? 's' : 'u';
      const define = (name: string, parameters: string, body: string): void => {
        lines.push(`static __attribute__((always_inline)) ${type} ${name}(${parameters}) { ${body} }`);
      };
      const two = `${type} a, ${type} b`;
      for (const [name, operator] of [
        ['add', '+'],
        ['sub', '-'],
        ['mul', '*'],
      ] as const) {
        const body = `return (${type})((uint64_t)a ${operator} (uint64_t)b);`;
        define(`safe_${name}_func_${type}_${suffix}_${suffix}`, two, body);
      }
      for (const [name, operator] of [
        ['div', '/'],
        ['mod', '%'],
      ] as const) {
        const as = signed && !signedDivision ? `(u${type})` : '';
        // the quotient of the least number and -1 does not fit
        const guard = signed ? `b == 0 || b == -1` : `b == 0`;
        define(
          `safe_${name}_func_${type}_${suffix}_${suffix}`,
          two,
          `return ${guard} ? a : (${type})(${as}a ${operator} ${as}b);`,
        );
      }
      define(`safe_unary_minus_func_${type}_${suffix}`, `${type} a`, `return (${type})(0 - (uint64_t)a);`);
      for (const right of ['s', 'u']) {
        const by = right === 's' ? 'int' : 'unsigned int';
        const outside = `(unsigned int)b >= ${bits}`;
        define(
          `safe_lshift_func_${type}_${suffix}_${right}`,
          `${type} a, ${by} b`,
          `return ${outside} ? a : (${type})((uint64_t)a << b);`,
        );
        define(
          `safe_rshift_func_${type}_${suffix}_${right}`,
          `${type} a, ${by} b`,
          `return ${outside} ? a : (${type})(a >> b);`,
        );
      }
    }
  }
  return lines.join('\n');
}

const header = (signedDivision: boolean): string => `#define SEC(name) __attribute__((section(name), used))
typedef signed char int8_t; typedef unsigned char uint8_t; typedef short int16_t; typedef unsigned short uint16_t;
typedef int int32_t; typedef unsigned int uint32_t; typedef long long int64_t; typedef unsigned long long uint64_t;
struct in { uint64_t given[5]; uint64_t out[4]; };
static uint64_t crc32_context = 14695981039346656037ull;
static __attribute__((always_inline)) void mix(uint64_t value)
{
	crc32_context = (crc32_context ^ value) * 1099511628211ull;
	crc32_context ^= crc32_context >> 29;
}
#define transparent_crc(value, name, flag) mix(value)
#define transparent_crc_bytes(bytes, length, name, flag) (void)0
#define platform_main_begin() (void)0
#define crc32_gentab() (void)0
#define platform_main_end(checksum, flag) in->out[0] = (checksum)
${safeMath(signedDivision)}
`;

/**
 * The same seed gives the same program; every other one has pointers. `division`: signed division needs v4.
 * null: csmith itself gave up on this seed, as it does on some.
 */
export async function csmithProgram(seed: number, division: boolean): Promise<string | null> {
  const options = [
    ['--seed', String(seed), '--no-argc', '--concise', '--quiet', '--no-return-structs', '--no-return-unions'],
    ['--max-funcs', String(2 + (seed % 4)), '--max-block-depth', '3', '--max-block-size', '3'],
    ['--max-expr-complexity', '6', '--max-array-dim', '2', '--max-array-len-per-dim', '4', '--max-struct-fields', '5'],
    division ? [] : ['--no-divs'],
    // an address in a global's initialiser is nothing that a map can hold
    seed % 2 === 0 ? ['--no-pointers'] : ['--no-global-variables'],
    seed % 3 === 0 ? ['--no-arg-structs', '--no-arg-unions'] : [],
  ].flat();
  const text = await new Promise<string | null>((resolve) => {
    // csmith leaves a file platform.info where it runs
    const how = { timeout: 30_000, maxBuffer: 16 << 20, cwd: tmpdir() };
    execFile(findCsmith() ?? 'csmith', options, how, (error, stdout) => resolve(error ? null : stdout));
  });
  if (text === null) return null;
  return `${text
    .replace('#include "csmith.h"', () => header(division))
    .replace(/int main \(void\)/, 'SEC("xdp") int prog(struct in *in)')
    // its result counts too
    .replace(/^ {4}func_1\(\);$/m, '    mix((uint64_t)func_1());')
    .replace(/^\s*if \(print_hash_value\) printf\(.*$/gm, '')}
char LICENSE[] SEC("license") = "GPL";
`;
}
