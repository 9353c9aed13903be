import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The processes whose environment holds `name=value`, without this one and those above it. Knows them on Linux only,
 * where the kernel shows environments; elsewhere the answer is empty.
 */
export const processesMarked = (name, value) => {
  if (process.platform !== 'linux') return [];
  const mark = `${name}=${value}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && Number(entry) !== process.ppid)
    .flatMap((entry) => {
      // A process that ended while we looked, or that belongs to somebody else, cannot be read.
      const environment = readQuietly(join('/proc', entry, 'environ'));
      if (environment === undefined || !environment.split('\0').includes(mark)) return [];
      const command = (readQuietly(join('/proc', entry, 'cmdline')) ?? '').split('\0').join(' ').trim();
      return command === '' ? [] : [{ pid: Number(entry), command }];
    });
};

const readQuietly = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
