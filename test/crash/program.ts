/**
 * The harness as one program, bundled and run under the shim: `kills`, `cuts` or `faults` of a driver print a tally as
 * JSON; `drive` is the process that gets killed, and prints what it acknowledges, a line each.
 */
import { writeSync } from 'node:fs';
import { cutCommand, failCommand, killCommand } from './command-trials.js';
import { shim } from '../support/fs-shim/control.js';
import { driverNamed } from './drivers/store-drivers.js';
import { bootOn } from './store-world.js';
import { cutEverywhere, failEverywhere, killEverywhere } from './store-trials.js';
import type { Tally } from './tally.js';

const [work = '', name = '', ...rest] = process.argv.slice(2);
const program = process.argv[1] ?? '';

const trials: Readonly<Record<string, () => Promise<Tally>>> = {
  kills: () => killEverywhere(name, program, extent()),
  cuts: () => cutEverywhere(name, extent()),
  faults: () => failEverywhere(name, extent()),
  'command-kills': () => killCommand(name, setting()),
  'command-faults': () => failCommand(name, setting()),
  'command-cuts': () => cutCommand(name, setting()),
};

const setting = () => ({
  bin: process.env['CRASH_BIN'] ?? '',
  shim: process.env['FS_SHIM_PATH'] ?? '',
  ...extent(),
});

const extent = () => ({ stride: Number(rest[0] ?? 1), seeds: Number(rest[1] ?? 1) });

const main = async (): Promise<void> => {
  if (work === 'drive') {
    const [top = ''] = rest;
    const said = (what: string): void => {
      writeSync(1, `${what}\n`);
      shim().note({ op: 'said', what });
    };
    await driverNamed(name).run(bootOn(top, { said }), top);
    return;
  }
  const trial = trials[work];
  if (trial === undefined) throw new Error(`no trials ${work}`);
  process.stdout.write(JSON.stringify(await trial()));
};

await main();
