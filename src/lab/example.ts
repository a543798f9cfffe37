// An example's folder as data, and its scenario held against what it promises: right results, right refusals.
import type { ExampleDescription, MapEntry, RunReport, VerifyReport } from './api.ts';
import type { LabEngine } from './lab.ts';

export interface Example {
  readonly name: string;
  readonly description: ExampleDescription;
  /** text of every C file in the folder, by file name */
  readonly files: Readonly<Record<string, string>>;
}

export interface ExampleResult {
  readonly name: string;
  readonly report: RunReport;
  readonly variants: readonly { readonly file: string; readonly verdict: VerifyReport | null }[];
  /** what is not as the description says; empty: all is well */
  readonly failures: readonly string[];
}

/** A key as example.json writes it: plain where it is a number or text, JSON otherwise. */
function keyText(entry: MapEntry): string {
  const key = entry.decoded?.key ?? entry.key;
  return typeof key === 'string' ? key : JSON.stringify(key);
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
  return { name: example.name, report, variants, failures };
}
