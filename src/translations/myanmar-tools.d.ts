// The package carries no types of its own. Only the detector is used here.
declare module 'myanmar-tools' {
  export class ZawgyiDetector {
    /** How sure it is that a text is Zawgyi: 0 (Unicode) to 1; -Infinity for a text without Burmese letters. */
    getZawgyiProbability(text: string): number;
  }
}
