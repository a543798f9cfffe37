// Asks this machine's Linux about every program of the corpus and keeps the answers beside it.
//   ASK_LINUX=1 node src/judge/record.ts [--all] [FILE…]
// Only what has no recording yet, or has changed since, is asked; --all asks everything anew. What ours answers plays no part.
import { generatedCases, GENERATED } from './generate.ts';
import { corpusFiles, readCorpusFile } from './corpus.ts';
import { linuxAbsence } from './linux.ts';
import { askAboutCase, readRecording, writeRecording, type Recorded } from './recording.ts';

const absence = await linuxAbsence();
if (absence !== null) {
  console.error(`The kernel cannot be asked: ${absence}`);
  process.exit(2);
}
const all = process.argv.includes('--all');
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
for (const file of named.length > 0 ? named : [...corpusFiles(), GENERATED]) {
  const old = new Map(readRecording(file).map((answer) => [`${answer.id} ${answer.caps}`, answer]));
  const answers: Recorded[] = [];
  let asked = 0;
  for (const test of file === GENERATED ? generatedCases() : readCorpusFile(file)) {
    for (const caps of test.caps) {
      const kept = old.get(`${test.id} ${caps}`);
      if (!all && kept?.hash === test.hash) answers.push(kept);
      else {
        const started = performance.now();
        answers.push(await askAboutCase(test, caps));
        asked++;
        const milliseconds = performance.now() - started;
        if (milliseconds > 500) console.log(`  ${test.id} ${caps}: ${milliseconds.toFixed(0)} ms`);
      }
    }
  }
  writeRecording(file, answers);
  const refused = answers.filter((answer) => answer.errno !== 0).length;
  console.log(`${file}: ${answers.length} answers, ${refused} refusals, ${asked} asked now`);
}
