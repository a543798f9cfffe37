// Asks this machine's Linux about every example and keeps the answers as examples/NAME/linux.json.
// Usage, as root with clang-19 and bpftool: ASK_LINUX=1 npm run record
import { readExample, exampleNames } from '../cli/examples.ts';
import { clangAbsence, compileWithClang, CLANG } from '../judge/clang.ts';
import { askAboutExample, writeRecordedExample } from '../judge/examples.ts';
import { libbpfAbsence } from '../judge/libbpf.ts';
import { buildPacket } from '../lab/packet-build.ts';

const absence = clangAbsence() ?? (await libbpfAbsence());
if (absence !== null) {
  console.error(`Linux cannot be asked: ${absence}`);
  process.exit(2);
}
for (const name of exampleNames()) {
  const { description, files } = readExample(name);
  const objects: Record<string, Uint8Array> = {};
  for (const file of [description.main, ...description.variants.map((variant) => variant.file)]) {
    const { object, messages } = await compileWithClang(files[file] ?? '', { name: file });
    if (!object) throw new Error(`${name}/${file}: ${messages}`);
    objects[file] = object;
  }
  const packets = description.scenario.packets.flatMap((spec, i) => {
    const packet = buildPacket(spec, i);
    if (!(packet instanceof Uint8Array)) throw new Error(`${name}: ${packet.message}`);
    return new Array<Uint8Array>(spec.count ?? 1).fill(packet);
  });
  writeRecordedExample(name, await askAboutExample(objects, description.main, packets, CLANG));
  console.log(`examples/${name}/linux.json`);
}
