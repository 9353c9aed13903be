import { readFileSync } from 'node:fs';
import { onStorage } from '../../../src/adapters/fs/storage-failure.js';

describe('work on storage', () => {
  it('gives back what the work gives back', async () => {
    expect(await onStorage('/somewhere', () => 7)).toBe(7);
  });

  it('fails with storage-failed when the operating system refuses, and keeps the cause', async () => {
    const failure = onStorage('/somewhere', () => readFileSync('/absent/file'));
    await expect(failure).rejects.toMatchObject({
      kind: 'storage-failed',
      message: expect.stringContaining('/somewhere') as string,
      cause: { code: 'ENOENT' },
    });
  });

  it('lets every other failure through as it is', async () => {
    const bug = new TypeError('a bug');
    await expect(
      onStorage('/somewhere', () => {
        throw bug;
      }),
    ).rejects.toBe(bug);
  });
});
