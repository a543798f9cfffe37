// The simulated kernel's own C (src/kernel/linux): compiled here, in the ordinary build, by our compiler; its text goes along for readers who
// change it. A mistake in it stops the build.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../compiler/compile.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';

const folder = fileURLToPath(new URL('../kernel/linux/', import.meta.url));

export function packLinux(): string {
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(folder + name, 'utf8')]));
  const objects: Record<string, string> = {};
  for (const main of files.keys()) {
    if (!main.endsWith('.c')) continue;
    const { object, diagnostics } = compile({ files, main, target: 'module', debugInfo: false });
    if (diagnostics.length > 0)
      throw new Error(diagnostics.map((d) => `src/kernel/linux/${renderDiagnostic(d)}`).join('\n'));
    if (object) objects[main] = Buffer.from(object).toString('base64');
  }
  return [
    '// Made from src/kernel/linux by src/build/pack-linux.ts.',
    `export const LINUX_SOURCES: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(files), null, 1)};`,
    '/** object files, in base64 */',
    `export const LINUX_OBJECTS: Readonly<Record<string, string>> = ${JSON.stringify(objects, null, 1)};`,
    '',
  ].join('\n');
}
