// A file that is not JSON would silently count as empty everywhere else.
import { check } from './check.ts';

export const json = check('json', 'every .json file in content is JSON', function* (course) {
  for (const [file, source] of course.files) {
    if (!file.startsWith('content/') || !file.endsWith('.json')) continue;
    try {
      JSON.parse(source);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
      yield {
        file,
        line: source.slice(0, position).split('\n').length,
        message: `this is not JSON: ${message}`,
        mend: 'look for a missing or an extra comma or quotation mark on this line or the one above',
      };
    }
  }
});
