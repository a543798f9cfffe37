// lab example for a folder of modules or patches: each version on the scenario's packets, held against how example.json says that it ends.
import type { Example } from '../lab/example.ts';
import { runWay } from '../lab/ways.ts';
import { startLab } from './kernel.ts';
import { EXIT_DONE, EXIT_REJECTED } from './usage.ts';
import { printWay } from './way.ts';

export async function run({ name, description, files }: Example, json: boolean): Promise<number> {
  const lab = await startLab();
  const { packets, seed } = description.scenario;
  const versions = [
    { file: description.main, ends: 'alive' as const, fates: null, message: '' },
    ...description.variants,
  ];
  const failures: string[] = [];
  const reports = versions.map(({ file, ends = 'alive', fates, message }) => {
    const report = runWay(lab.kernel, {
      way: description.kind ?? 'module',
      project: { files: { [file]: files[file] ?? '' }, main: file },
      packets,
      ...(seed === undefined ? {} : { seed }),
    });
    const expected = fates ?? packets.map(({ expect }) => expect ?? '');
    report.packets.forEach(({ fate, summary }, i) => {
      if (fate !== expected[i]) failures.push(`${file}: ${summary}: expected ${expected[i] ?? 'nothing'}, got ${fate}`);
    });
    if (report.state !== ends) failures.push(`${file}: expected the machine ${ends}, it is ${report.state}`);
    const said = report.faults[0]?.title ?? '';
    if (said !== message) failures.push(`${file}: expected "${message}", the kernel said "${said}"`);
    return { file, report };
  });
  if (json) console.log(JSON.stringify({ name, versions: reports, failures }));
  else {
    for (const { file, report } of reports) {
      console.log(`${name}/${file}`);
      printWay(report, false);
    }
    for (const failure of failures) console.error(`not as promised: ${failure}`);
    if (failures.length === 0) console.log('as promised');
  }
  return failures.length === 0 ? EXIT_DONE : EXIT_REJECTED;
}
