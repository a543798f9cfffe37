// Shiki writes colours into style attributes, which a strict Content-Security-Policy forbids and dark mode cannot change.
// This transformer says the same with classes.
import type { ShikiTransformer } from 'shiki/core';
import { classOfColour } from '../../playground/code-themes.ts';

export function tokenClasses(): ShikiTransformer {
  return {
    name: 'token-classes',
    pre(node) {
      delete node.properties.style;
      node.properties.class = 'code';
    },
    line(node) {
      node.properties.class = 'line';
    },
    span(node) {
      const style = String(node.properties.style ?? '');
      const name = classOfColour(/color:(#[0-9a-fA-F]{6})/.exec(style)?.[1]);
      delete node.properties.style;
      if (name) node.properties.class = name;
    },
  };
}
