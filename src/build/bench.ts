// npm run bench [machine|compiler|verifier …]: figures measured on this machine in one run, with ratios to the kernel and
// clang where they may be asked (ASK_LINUX=1, clang-19 installed). Nothing here fails a test.
import { startLab } from '../cli/kernel.ts';
import { benchArithmetic, benchPacket, benchReplay, formatArithmetic, formatPacket } from '../jit/bench.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  async machine() {
    const { kernel } = await startLab();
    console.log(formatArithmetic(await benchArithmetic(kernel)));
    console.log();
    console.log(formatPacket(await benchPacket(kernel)));
    const { packets, perSecond } = benchReplay(kernel);
    console.log(`\nlab replay: ${packets} packets at ${(perSecond / 1e6).toFixed(1)} million a second`);
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHMARKS)) {
  const benchmark = BENCHMARKS[name];
  if (!benchmark) {
    console.error(`bench: there is no '${name}'; known are ${Object.keys(BENCHMARKS).join(', ')}`);
    process.exit(2);
  }
  console.log(`━━ ${name}`);
  await benchmark();
}
