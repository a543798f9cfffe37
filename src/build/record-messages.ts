// Asks this machine's Linux about every program of the verifier-message reference, and keeps what it says beside them.
// Usage, as root with bpftool: ASK_LINUX=1 npm run record (after the examples), or this file alone.
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { libbpfAbsence } from '../judge/libbpf.ts';
import {
  askAboutMessage,
  messagePrograms,
  writeRecordedMessages,
  type MessageAnswer,
} from '../judge/verifier-messages.ts';
import { compileProject } from '../lab/lab.ts';

function compiled(name: string, file: string, text: string): Uint8Array {
  const { object, diagnostics } = compileProject({ files: new Map([[file, text]]), main: file });
  if (!object) throw new Error(`${name}: ${diagnostics.map(renderDiagnostic).join('\n')}`);
  return object;
}

export async function recordMessages(): Promise<void> {
  const answers: Record<string, MessageAnswer> = {};
  for (const { name, broken, fixed } of messagePrograms()) {
    answers[name] = await askAboutMessage(compiled(name, 'broken.bpf.c', broken), compiled(name, 'fixed.bpf.c', fixed));
  }
  writeRecordedMessages(answers);
  console.log(`examples/verifier-messages/linux.json: ${Object.keys(answers).length} programs`);
}

if (import.meta.main) {
  const absence = await libbpfAbsence();
  if (absence !== null) {
    console.error(`Linux cannot be asked: ${absence}`);
    process.exit(2);
  }
  await recordMessages();
}
