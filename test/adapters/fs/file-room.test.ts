import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileRoom } from '../../../src/adapters/fs/file-room.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();

describe('a room for files', () => {
  it('gives each file whole, longer and shorter ones in turn', async () => {
    const room = new FileRoom();
    for (const length of [0, 10, 100_000, 3, 100_001, 0]) {
      const bytes = Buffer.alloc(length, length % 251);
      const path = join(root.path, 'file');
      writeFileSync(path, bytes);
      expect((await room.read(path)).equals(bytes)).toBe(true);
    }
  });

  it('says why a file cannot be read', async () => {
    await expect(new FileRoom().read(join(root.path, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(new FileRoom().read(root.path)).rejects.toMatchObject({ syscall: 'read' });
  });
});
