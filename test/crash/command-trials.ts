import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ERRNOS, readLog } from '../support/fs-shim/control.js';
import { replay } from '../support/fs-shim/replay.js';
import { commandNamed } from './drivers/command-drivers.js';
import { CommandWorld, eventsOf, type Ended } from './command-world.js';
import { examineProject } from './examine-project.js';
import { addTallies, chanceOf, NOTHING, pointsOf, type Tally } from './tally.js';
import { readTree, writeTree } from './trees.js';
import { join } from 'node:path';

export interface CommandSetting {
  /** The built program and the shim. */
  readonly bin: string;
  readonly shim: string;
  readonly stride: number;
  /** Power cuts at each moment. */
  readonly seeds: number;
}

/** A whole command is killed at every call, and the next command goes on. */
export const killCommand = (name: string, setting: CommandSetting): Promise<Tally> =>
  inWorld(name, setting, async (world) => {
    const calls = await world.count();
    let tally: Tally = { ...NOTHING, points: calls.length };
    for (const killAt of pointsOf(calls.length, setting.stride))
      for (const kill of kindsOf(calls[killAt - 1] ?? '')) {
        world.reset();
        const { code, signal, stderr } = await world.run(world.driver.args, { killAt, kill });
        const wasKilled = signal === 'SIGKILL';
        const faults = [
          ...(wasKilled || code === 0 ? [] : [`ended with ${code}: ${stderr}`]),
          ...(await examineProject(world)),
        ];
        const label = `${name}, killed ${kill} call ${killAt} (${calls[killAt - 1]})`;
        tally = addTallies(tally, {
          ...NOTHING,
          kills: wasKilled ? 1 : 0,
          violations: faults.map((fault) => `${label}: ${fault}`),
        });
      }
    return tally;
  });

/** Between two calls that change nothing there is nothing to tell apart, unless git ran: that is before the second. */
const kindsOf = (call: string): readonly ('before' | 'after' | 'middle')[] => {
  if (call.startsWith('writeSync')) return ['before', 'middle', 'after'];
  return CHANGING.some((name) => call.startsWith(name)) ? ['before', 'after'] : ['before'];
};

const CHANGING = [
  'openSync',
  'renameSync',
  'mkdirSync',
  'unlinkSync',
  'truncateSync',
  'ftruncateSync',
  'unlink',
];

/** Every call of a whole command fails once, and from one on, with every error that it can have. */
export const failCommand = (name: string, setting: CommandSetting): Promise<Tally> =>
  inWorld(name, setting, async (world) => {
    const calls = await world.count();
    let tally: Tally = { ...NOTHING, points: calls.length };
    for (const errno of ERRNOS.filter((each) => each !== 'SHORT'))
      for (const at of pointsOf(calls.length, setting.stride, ERRNOS.indexOf(errno)))
        for (const control of [{ failAt: at }, { failFrom: at }]) {
          world.reset();
          const ended = await world.run(world.driver.args, { errno, ...control });
          const isState = (calls[at - 1] ?? '').includes(' state/');
          const faults = [
            ...manners(ended),
            ...(isState && 'failAt' in control && ended.code !== 0 && name !== 'init'
              ? [`ended with ${ended.code} for trouble with its state: ${ended.stdout}${ended.stderr}`]
              : []),
            ...unkept(world, ended),
            ...(await examineProject(world)),
          ];
          const how = 'failAt' in control ? 'at' : 'from';
          const label = `${name}, ${errno} ${how} call ${at} (${calls[at - 1]})`;
          tally = addTallies(tally, {
            ...NOTHING,
            faults: 1,
            violations: faults.map((fault) => `${label}: ${fault}`),
          });
        }
    return tally;
  });

/**
 * The power goes at moments of a whole command in a project outside git, and the next command runs after the restart.
 */
export const cutCommand = (name: string, setting: CommandSetting): Promise<Tally> =>
  inWorld(
    name,
    setting,
    async (world) => {
      await world.count();
      world.reset();
      rmSync(world.logFile, { force: true });
      const { code, stderr } = await world.run(world.driver.args, { logFile: world.logFile });
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
      const log = readLog(world.logFile);
      const before = readTree(world.template, world.top);
      let tally: Tally = { ...NOTHING, points: log.length };
      // The last moment is the one at which the command has told its result.
      for (const end of new Set([...pointsOf(log.length, setting.stride), log.length]))
        for (let seed = 1; seed <= setting.seeds; seed++) {
          writeTree(replay(before, log.slice(0, end), chanceOf(seed * 1000 + end)), world.top, world.top);
          startAnotherBoot(world);
          const faults = await examineProject(world, { isDone: end === log.length });
          const label = `${name}, power cut after ${JSON.stringify(log[end - 1]).slice(0, 100)} (${end}), seed ${seed}`;
          tally = addTallies(tally, {
            ...NOTHING,
            cuts: 1,
            violations: faults.map((fault) => `${label}: ${fault}`),
          });
        }
      return tally;
    },
    false,
  );

/** The kernel of this machine was not started anew, so that the clock's file has to be the one to tell. */
const startAnotherBoot = (world: CommandWorld): void => {
  const path = join(world.top, 'state', 'clock.json');
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/"boot_id":"[^"]*"/, '"boot_id":"before-the-cut"'));
};

/** One document, one error, no stack trace. */
const manners = ({ code, stdout, stderr }: Ended): readonly string[] => {
  const faults: string[] = [];
  if (code !== 0 && code !== 1) faults.push(`ended with ${code}: ${stderr}`);
  if (/^ {4}at /m.test(stderr + stdout)) faults.push(`showed a stack trace: ${stderr}`);
  try {
    JSON.parse(stdout);
  } catch {
    faults.push(`printed no document: ${stdout}`);
  }
  return faults;
};

/** What the command said it captured has to be in the journal. */
const unkept = (world: CommandWorld, { stdout }: Ended): readonly string[] => {
  const ids = eventsOf(join(world.top, 'state')).map((record) => record['event'].event_id as string);
  try {
    const { events = [] } = JSON.parse(stdout) as {
      events?: readonly { event_id: string; outcome: string }[];
    };
    return events
      .filter(({ event_id: id, outcome }) => outcome === 'captured' && !ids.includes(id))
      .map(({ event_id: id }) => `said that ${id} was captured, and it is not`);
  } catch {
    return [];
  }
};

const inWorld = async (
  name: string,
  { bin, shim }: CommandSetting,
  work: (world: CommandWorld) => Promise<Tally>,
  isUnderGit = true,
): Promise<Tally> => {
  const world = new CommandWorld(commandNamed(name), bin, shim, isUnderGit);
  try {
    await world.prepare();
    return await work(world);
  } finally {
    world.remove();
  }
};
