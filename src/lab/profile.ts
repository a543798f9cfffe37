// A perf_event program at work: the machine gets its packets, and every so many nanoseconds of its work the program takes a sample.
// Reached by dynamic import, as few visits need it.
import type { RunReport, Scenario } from './api.ts';
import type { LabEngine } from './lab.ts';
import type { NetworkExports } from './network-exports.ts';
import { dumpMap } from './maps.ts';
import { defaultNetwork, withPackets } from './path-report.ts';
import { PROFILE_PERIOD } from './scenario-build.ts';
import { runScenario } from './scenario-run.ts';
import { checkScenario, type NetworkScenario } from './scenario.ts';

/** The network with the sampling program on it, and without programs that the object does not have. */
function withProfiler(network: NetworkScenario, name: string, programs: ReadonlySet<string>): NetworkScenario {
  const attach = (network.attach ?? []).filter(({ program }) => programs.has(program));
  const there = attach.some(({ program, at }) => program === name && at === 'perf-event');
  return { ...network, attach: there ? attach : [...attach, { program: name, at: 'perf-event' }] };
}

/** Goes on where LabEngine.run() has loaded the program: `report` with what it sampled. The network is anybody's: it is checked. */
export function profileRun(lab: LabEngine, scenario: Scenario, report: RunReport): RunReport {
  const { current, kernel } = lab;
  if (!current || report.fault) return report;
  const { loaded, program } = current;
  const { name } = program.linked;
  const given = scenario.network ?? defaultNetwork([{ name, type: 'perf_event' }]);
  const checked = checkScenario('network', given);
  if ('problems' in checked) return { ...report, diagnostics: [...report.diagnostics, ...checked.problems] };
  const programs = new Set(loaded.programs.map(({ linked }) => linked.name));
  const whole = withProfiler(checked.scenario, name, programs);
  const network = scenario.packets.length > 0 ? withPackets(whole, scenario.packets) : whole;
  const ran = runScenario(kernel, loaded, network, { file: 'network', traced: 0 });
  const profiler = network.attach?.find((item) => item.program === name);
  return {
    ...report,
    diagnostics: [...report.diagnostics, ...ran.problems],
    maps: loaded.maps.map((map) => dumpMap(kernel, map, loaded.object.btf)),
    trace: kernel.trace().map((line) => line.text),
    profile: {
      samples: Number((kernel.exports as unknown as NetworkExports).netProfileSamples()),
      period: profiler?.period ?? PROFILE_PERIOD,
      packets: ran.counts?.packets ?? 0,
    },
  };
}
