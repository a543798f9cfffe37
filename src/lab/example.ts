// An example's folder as data, and its scenario held against what it promises: right results, right refusals.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ExampleDescription, MapEntry, RunReport, VerifyReport } from './api.ts';
import { isProblem } from '../loader/problems.ts';
import { loadInto } from './kernel-types.ts';
import { compileProject, type LabEngine } from './lab.ts';
import { runScenario, type NetworkReport } from './scenario-run.ts';
import { bootOptions, checkScenario } from './scenario.ts';

export interface Example {
  readonly name: string;
  readonly description: ExampleDescription;
  /** text of every C file in the folder, by file name */
  readonly files: Readonly<Record<string, string>>;
  /** captures in the folder, by file name */
  readonly captures?: ReadonlyMap<string, Uint8Array>;
}

export interface ExampleResult {
  readonly name: string;
  readonly report: RunReport;
  readonly variants: readonly { readonly file: string; readonly verdict: VerifyReport | null }[];
  /** what came of the description's network; null: it has none */
  readonly network: NetworkReport | null;
  /** what is not as the description says; empty: all is well */
  readonly failures: readonly string[];
}

/** A key as example.json writes it: plain where it is a number or text, JSON otherwise. */
function keyText(entry: MapEntry): string {
  const key = entry.decoded?.key ?? entry.key;
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** The example's programs on a whole network, as its "network" says. */
function runNetwork(lab: LabEngine, example: Example, network: unknown): NetworkReport | readonly Diagnostic[] {
  const file = `${example.name}/example.json`;
  const checked = checkScenario(`${file}: network`, network);
  if ('problems' in checked) return checked.problems;
  const { main, scenario } = example.description;
  const { object, diagnostics } = compileProject({ files: new Map(Object.entries(example.files)), main });
  if (!object) return diagnostics;
  lab.boot(bootOptions(checked.scenario, scenario.seed));
  const loaded = loadInto(lab.kernel, object, main);
  if (isProblem(loaded)) return [loaded.problem];
  return runScenario(lab.kernel, loaded, checked.scenario, {
    file: `${file}: network`,
    ...(example.captures ? { captures: example.captures } : {}),
  });
}

export function runExample(lab: LabEngine, example: Example): ExampleResult {
  const { description, files } = example;
  const failures: string[] = [];
  const main = description.main;
  const report = lab.run({ files, main }, description.scenario);
  for (const diagnostic of report.diagnostics) failures.push(`${main}: ${diagnostic.message}`);
  report.packets?.forEach((packet, i) => {
    if (packet.expected !== null && packet.verdict !== packet.expected) {
      failures.push(`packet ${i + 1} (${packet.summary}): expected ${packet.expected}, got ${packet.verdict}`);
    }
  });
  for (const [name, expected] of Object.entries(description.scenario.maps ?? {})) {
    const entries = report.maps?.find((map) => map.name === name)?.entries ?? [];
    const actual = new Map(entries.map((entry) => [keyText(entry), entry.decoded?.value ?? entry.value]));
    for (const [key, value] of Object.entries(expected)) {
      const got = actual.get(key);
      if (JSON.stringify(got) !== JSON.stringify(value)) {
        failures.push(`map ${name}[${key}]: expected ${JSON.stringify(value)}, got ${JSON.stringify(got)}`);
      }
    }
  }

  const variants = description.variants.map((variant) => {
    const { verified, diagnostics } = lab.run(
      { files, main: variant.file },
      { ...description.scenario, program: undefined, packets: [] },
    );
    const refused = verified?.find((program) => !program.accepted) ?? null;
    const line = diagnostics.find((diagnostic) => diagnostic.severity === 'error')?.span?.line;
    if (!refused) failures.push(`${variant.file}: expected a refusal, got ${verified ? 'acceptance' : 'no object'}`);
    else {
      if (refused.errno !== variant.errno)
        failures.push(`${variant.file}: expected errno ${variant.errno}, got ${refused.errno}`);
      if (refused.message !== variant.message)
        failures.push(`${variant.file}: expected "${variant.message}", got "${refused.message}"`);
      if (line !== variant.line)
        failures.push(`${variant.file}: expected the refusal on line ${variant.line}, got ${line ?? 'no line'}`);
    }
    return { file: variant.file, verdict: refused };
  });

  let network: NetworkReport | null = null;
  if (description.network !== undefined) {
    const ran = runNetwork(lab, example, description.network);
    if ('steps' in ran) {
      network = ran;
      failures.push(
        ...ran.problems.map(({ message }) => message),
        ...ran.failures.map((failure) => `network: ${failure}`),
      );
    } else failures.push(...ran.map(({ message }) => message));
  }
  return { name: example.name, report, variants, network, failures };
}
