// Diagnostics are written as compilers write them, in small letters; where one stands as a sentence, it begins like one.

/**
 * English `text` with a capital at its beginning, unless it begins with code: `bpf_map_lookup_elem() …` and `R1 …` stay what they are. In
 * other languages a Latin word in front is code more often than not.
 */
export const sentence = (text: string, language = document.documentElement.lang): string =>
  language === 'en' && /^[a-z][a-z’'-]*(?=[\s,;:.]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
