// What a refusal is remembered by.
/** The last line of a log before the counters: what people search for. */
export function lastMessage(log: string): string {
  const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('processed '));
  return lines.at(-1) ?? '';
}
