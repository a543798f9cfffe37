// lab exercise: does a file do what an exercise asks? The page's own checks, with every detail.
import { checkExercise, type CheckFailure } from '../lab/exercise.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { readExercise } from './exercises.ts';
import { startLab } from './kernel.ts';
import { readText } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

function words(failure: CheckFailure): string {
  switch (failure.kind) {
    case 'packet':
      return `packet ${failure.number} (${failure.summary}): expected ${failure.expected}, got ${failure.got}`;
    case 'map':
      return `map ${failure.map}[${failure.key}]: expected ${failure.expected ?? 'no entry'}, got ${failure.got ?? 'no entry'}`;
    case 'no-map':
      return `there is no map '${failure.map}'`;
    case 'map-shape':
      return `map '${failure.map}': key or value has another size than the exercise counts on`;
    case 'log':
      return `this line is missing in the log: ${failure.expected}`;
    case 'lines':
      return `the log has ${failure.got} lines: at most ${failure.most}`;
    case 'refused':
      return `the verifier refuses the program on line ${failure.line}`;
    case 'accepted':
      return 'the verifier accepts the program';
    case 'refused-otherwise':
      return `the verifier refuses the program with ${failure.code} on line ${failure.line}`;
    case 'insmod':
    case 'rmmod':
      return failure.said;
    case 'crashed':
      return `line ${failure.line}: ${failure.title}`;
    case 'stopped':
      return failure.problem.message;
  }
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('exercise', args, { json: { type: 'boolean' } });
  const [name, file] = files;
  if (name === undefined || files.length > 2)
    throw new UsageError(
      'lab exercise: name an exercise like xdp-drop/observe, and a file; without file: the solution',
    );
  const exercise = readExercise(name);
  const source = file === undefined ? exercise.solution : readText(file);
  const report = await checkExercise(await startLab(), exercise.description, source);
  if (values.json) console.log(JSON.stringify(report));
  else {
    for (const diagnostic of report.diagnostics) console.error(renderDiagnostic(diagnostic));
    for (const check of report.checks) {
      console.log(`${check.outcome.padEnd(11)} ${check.name}${check.hidden ? ' (hidden)' : ''}`);
      for (const failure of check.failures) console.log(`            ${words(failure)}`);
    }
  }
  return report.passed ? EXIT_DONE : EXIT_REJECTED;
}
