// Asks this machine's Linux about every example and keeps the answers as examples/NAME/linux.json;
// then about the programs of the verifier-message reference.
// Usage, as root with clang-19 and bpftool: ASK_LINUX=1 npm run record
import { readExample, exampleNames } from '../cli/examples.ts';
import { clangAbsence, compileWithClang, CLANG } from '../judge/clang.ts';
import { askAboutExample, OURS, writeRecordedExample } from '../judge/examples.ts';
import { libbpfAbsence } from '../judge/libbpf.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { compileProject } from '../lab/lab.ts';
import { buildPacket } from '../lab/packet-build.ts';
import { recordMessages } from './record-messages.ts';

const absence = clangAbsence() ?? (await libbpfAbsence());
if (absence !== null) {
  console.error(`Linux cannot be asked: ${absence}`);
  process.exit(2);
}
for (const name of exampleNames()) {
  const { description, files } = readExample(name);
  const clangs: Record<string, Uint8Array> = {};
  const ours: Record<string, Uint8Array> = {};
  for (const file of [description.main, ...description.variants.map((variant) => variant.file)]) {
    const { object, messages } = await compileWithClang(files[file] ?? '', { name: file });
    if (!object) throw new Error(`${name}/${file}: ${messages}`);
    clangs[file] = object;
    const result = compileProject({ files: new Map(Object.entries(files)), main: file });
    if (!result.object) throw new Error(`${name}/${file}: ${result.diagnostics.map(renderDiagnostic).join('\n')}`);
    ours[file] = result.object;
  }
  const packets = description.scenario.packets.flatMap((spec, i) => {
    const packet = buildPacket(spec, i);
    if (!(packet instanceof Uint8Array)) throw new Error(`${name}: ${packet.message}`);
    return new Array<Uint8Array>(spec.count ?? 1).fill(packet);
  });
  writeRecordedExample(name, {
    [OURS]: await askAboutExample(ours, description.main, packets),
    [CLANG]: await askAboutExample(clangs, description.main, packets),
  });
  console.log(`examples/${name}/linux.json`);
}
await recordMessages();
