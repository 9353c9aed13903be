import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Writes what was measured, with the machine and the date that belong to it; resolves to what it wrote. */
export const writeResults = async (path, comparisons) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const results = {
    measuredAt: new Date().toISOString(),
    version,
    node: process.version,
    machine: {
      system: `${platform()} ${release()} ${arch()}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      // More than the number of cores: others were at work, and only the ratios say anything.
      loadAverage: loadavg().map((load) => Number(load.toFixed(1))),
    },
    comparisons,
  };
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return results;
};
