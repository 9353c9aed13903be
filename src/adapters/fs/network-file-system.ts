import { statfsSync } from 'node:fs';
import { attempt } from './storage-failure.js';

/**
 * Name of the network file system that a directory lies on; `undefined` for a local one, and wherever the system
 * does not say. Locks and renames are less reliable there than a user may expect.
 */
export const networkFileSystem = (directory: string, read = readType): string | undefined => {
  const type = read(directory);
  return type === undefined ? undefined : NETWORK_TYPES.get(type);
};

/** Magic numbers of Linux, from `statfs(2)`. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
]);

const readType = (directory: string): number | undefined =>
  process.platform === 'linux' ? attempt(() => statfsSync(directory).type) : undefined;
