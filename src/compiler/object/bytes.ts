// Little-endian bytes and string tables, as ELF and BTF have them.

export class ByteWriter {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  length = 0;

  private room(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + bytes));
    grown.set(this.buffer);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.room(1);
    this.view.setUint8(this.length, value);
    this.length += 1;
  }

  u16(value: number): void {
    this.room(2);
    this.view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value >>> 0, true);
    this.length += 4;
  }

  u64(value: number | bigint): void {
    this.room(8);
    this.view.setBigUint64(this.length, BigInt.asUintN(64, BigInt(value)), true);
    this.length += 8;
  }

  bytes(values: Uint8Array): void {
    this.room(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** A text of ASCII characters other than NUL; false, and nothing written, when there are others. */
  ascii(text: string): boolean {
    const { length } = text;
    this.room(length);
    const { buffer, length: at } = this;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === 0 || unit > 127) return false;
      buffer[at + i] = unit;
    }
    this.length += length;
    return true;
  }

  align(to: number): void {
    while (this.length % to !== 0) this.u8(0);
  }

  patchU32(at: number, value: number): void {
    this.view.setUint32(at, value >>> 0, true);
  }

  patchU64(at: number, value: number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}

/** Zero-terminated strings, each once; offset 0 is "". */
export class StringTable {
  private readonly writer = new ByteWriter();
  private readonly offsets = new Map<string, number>([['', 0]]);
  private readonly encoder = new TextEncoder();

  constructor() {
    this.writer.u8(0);
  }

  add(text: string): number {
    let offset = this.offsets.get(text);
    if (offset === undefined) {
      offset = this.writer.length;
      if (!this.writer.ascii(text)) this.writer.bytes(this.encoder.encode(text.replaceAll('\0', '')));
      this.writer.u8(0);
      this.offsets.set(text, offset);
    }
    return offset;
  }

  finish(): Uint8Array {
    return this.writer.finish();
  }
}
