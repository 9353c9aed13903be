import { argv, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { Chaos } from './soak/chaos.mjs';
import { endEverything, examine, settleEverything } from './soak/examine.mjs';
import { openMachine } from './soak/machine.mjs';
import { Randomness } from './soak/randomness.mjs';
import { formatCounts, formatProblems } from './soak/report.mjs';

/**
 * Processes capture and deliver for as long as asked, while they, the hub and the network between them are killed,
 * stopped, cut and restarted, and files are damaged. Then everything is put back in order, delivered, and compared:
 * what was acknowledged, what the journals hold, what the hub has, and what every report says.
 *
 *     npm run soak -- --minutes 10             ends with exit code 1 on any loss, duplicate or false report
 *     npm run soak -- --minutes 2 --seed 42    the same choices in the same order
 *     npm run soak -- --minutes 1 --keep       leaves the files behind and says where
 */
const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    emitters: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
  },
});

const main = async () => {
  const seed = Number(values.seed);
  const minutes = Number(values.minutes);
  stdout.write(`Soak for ${minutes} minutes with seed ${seed}.\n`);
  const machine = await openMachine({ projects: 3 });
  const problems = [];
  try {
    const chaos = new Chaos(machine, new Randomness(seed), Number(values.emitters));
    await chaos.run(minutes * 60_000);
    await settleEverything(machine, chaos);
    problems.push(...chaos.problems, ...(await examine(machine, chaos.counts)));
    problems.push(...(await endEverything(machine, chaos)));
    stdout.write(`\n${formatCounts(chaos.counts)}\n`);
  } finally {
    problems.push(...(await machine.close(values.keep || problems.length > 0)));
  }
  stdout.write(`\n${formatProblems(problems, seed)}\n`);
  return problems.length === 0 ? 0 : 1;
};

process.exitCode = await main();
