// Packs the verifier's message table for AssemblyScript: a constant for each message and word, and the errno of each message.
import { MESSAGE, MESSAGE_ERRNO, WORD } from '../bpf/verifier-messages.ts';

export function packVerifierMessages(): string {
  const lines = ['// Made from src/bpf/verifier-messages.ts by src/build/generate.ts.'];
  for (const [name, id] of Object.entries(MESSAGE)) lines.push(`export const MESSAGE_${name}: i32 = ${id};`);
  for (const [name, id] of Object.entries(WORD)) lines.push(`export const WORD_${name}: i32 = ${id};`);
  lines.push(`export const MESSAGE_ERRNO: StaticArray<i32> = [${MESSAGE_ERRNO.join(', ')}];`);
  return lines.join('\n') + '\n';
}
