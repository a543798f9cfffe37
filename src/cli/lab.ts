// The lab on the command line: npm run -s lab -- COMMAND …
import { EXIT_USAGE, UsageError } from './usage.ts';

const HELP = `lab compile FILE.c… [-o OUT.o] [-I DIR]… [-D NAME[=VALUE]]… [--mcpu v1|v2|v3|v4] [--target bpf|module] [--no-builtin-headers] [--json]
lab asm     FILE.asm [-o OUT.bin]
lab disasm  FILE [--source]
lab verify  FILE… [PROGRAM OPTIONS] [--log-level 0|1|2|4] [--json]
lab explain LOG|- [--language en|my] [--json]      LOG: what a real Linux printed when it refused a program
lab run     FILE  [PROGRAM OPTIONS] [RUN OPTIONS] [--json]
lab batch   FILE.jsonl | -
lab conformance DIR [--engine interpreter|jit|both] [--verify]
lab bpftool ARGUMENTS… [--example NAME | --state FILE]
lab example NAME|DIR [--json] [--pcap DIR]
lab exercise EXAMPLE/NAME [FILE.c] [--json]
lab replay  FILE PCAP [--program NAME] [--json]
lab way     patch|module|ebpf FILE.c [--example NAME] [--param NAME=VALUE]… [--log] [--json]
lab three-ways [--traffic mixed|calm|flood] [--packets N] [--seed N] [--fault none|null|use-after-free|wild-write|endless-loop] [--json]

FILE is .c (compiled first), .o (an ELF object) or .bin (raw 8-byte instructions).
PROGRAM OPTIONS: --program NAME · --type TYPE · --map TYPE:KEY:VALUE:ENTRIES … · --license TEXT · --caps root|bpf · --kernel 6.18|6.1
RUN OPTIONS: --packet HEX | --packet-file FILE · --context HEX · --repeat N · --engine interpreter|jit|jit-checked · --unverified ·
  --budget N · --seed N · --cpu 0|1 · --state FILE (write what is loaded, for lab bpftool)
Exit status: 0 done (verify, run: accepted) · 1 rejected, or C with errors · 2 wrong usage · 3 a fault while running`;

/** Each command is loaded when it is asked for, so that `lab asm` does not pay for the compiler. */
const COMMANDS: Readonly<Record<string, () => Promise<{ run(args: string[]): Promise<number> }>>> = {
  compile: () => import('./compile.ts'),
  asm: () => import('./asm.ts'),
  disasm: () => import('./disasm.ts'),
  verify: () => import('./verify.ts'),
  explain: () => import('./explain.ts'),
  run: () => import('./run.ts'),
  batch: () => import('./batch.ts'),
  conformance: () => import('./conformance.ts'),
  bpftool: () => import('./bpftool.ts'),
  example: () => import('./example.ts'),
  exercise: () => import('./exercise.ts'),
  replay: () => import('./replay.ts'),
  way: () => import('./way.ts'),
  'three-ways': () => import('./three-ways.ts'),
};

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    console.log(HELP);
    return command === undefined ? EXIT_USAGE : 0;
  }
  const load = COMMANDS[command];
  if (!load) throw new UsageError(`lab: there is no command '${command}'; 'lab help' lists them`);
  return (await load()).run(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_USAGE;
}
