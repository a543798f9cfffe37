// subset-font ships no types.
declare module 'subset-font' {
  /** The font with nothing but the glyphs that `text` can be drawn with, whatever shaping makes of it. */
  export default function subsetFont(
    font: Uint8Array,
    text: string,
    options: { readonly targetFormat: 'woff2' },
  ): Promise<Uint8Array>;
}
