// lab batch: many raw programs, one JSON object a line in and one out.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { answerBatch } from '../lab/batch.ts';
import { startKernel } from './kernel-only.ts';
import { EXIT_DONE, readArguments, UsageError } from './usage.ts';

export async function run(args: string[]): Promise<number> {
  const { files } = readArguments('batch', args, {});
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new UsageError("lab batch: name one .jsonl file, or '-' for standard input");
  let kernel = await startKernel();
  const input = file === '-' ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_resolve, reject) => {
    input.on('error', () => reject(new UsageError(`lab batch: ${file} cannot be read; check the name`)));
  });
  const answered = (async () => {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      let request: unknown;
      try {
        request = JSON.parse(line);
      } catch {
        console.log(JSON.stringify({ id: null, error: 'this line is not JSON' }));
        continue;
      }
      try {
        console.log(JSON.stringify(answerBatch(kernel, request, () => Number(process.hrtime.bigint()))));
      } catch (error) {
        // Our own mistake: it is said, and the lines after it get a kernel that knows nothing of it.
        console.log(JSON.stringify({ id: null, error: `internal error: ${String(error)}` }));
        kernel = await startKernel();
      }
    }
  })();
  await Promise.race([answered, failed]);
  return EXIT_DONE;
}
