// What a reader who keeps a language gets, decided alike where sizes are told (at build) and where files are fetched (in the page).

export interface PublishedFile {
  /** the address's path */
  readonly path: string;
  /** as a host sends it */
  readonly bytes: number;
}

/** By what the editor is used with: each has its own. */
export type Device = 'touch' | 'mouse';

/** /offline.json: what every visit asks for, so that the button can say how much it would load. */
export interface OfflineSizes {
  readonly version: string;
  /** bytes, by language */
  readonly sizes: Readonly<Record<string, Readonly<Record<Device, number>>>>;
}

/** /offline-files.json: asked for by whoever presses the button. */
export interface OfflineFiles {
  readonly version: string;
  readonly files: readonly PublishedFile[];
}

/** Of everything published: what one language needs, with the editor of this kind of device. */
export function filesFor(
  { files }: OfflineFiles,
  choice: {
    readonly base: string;
    readonly language: string;
    readonly languages: readonly string[];
    readonly device: Device;
  },
): PublishedFile[] {
  const others = choice.languages
    .filter((other) => other !== choice.language)
    .map((other) => `${choice.base}${other}/`);
  return files.filter(
    ({ path }) =>
      !others.some((other) => path.startsWith(other)) &&
      !(choice.device === 'touch' && /\/(?:monaco|editor\.worker|codicon)[^/]*$/.test(path)),
  );
}

export const bytesOf = (files: readonly PublishedFile[]): number => files.reduce((sum, file) => sum + file.bytes, 0);
