import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';

/** Reads whole files, one after the other, into the same memory: what one read gave holds until the next. */
export class FileRoom {
  #room = Buffer.alloc(0);

  /** The file as long as it was when it was opened. Others get their turn while the disk works. */
  async read(path: string): Promise<Buffer> {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      // A little more than is needed: the next file is about as long.
      if (this.#room.length < size) this.#room = Buffer.allocUnsafeSlow(size + (size >> 3));
      let filled = 0;
      while (filled < size) {
        const { bytesRead } = await readInto(descriptor, this.#room, filled, size - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return this.#room.subarray(0, filled);
    } finally {
      closeSync(descriptor);
    }
  }
}

const readInto = promisify(read);
