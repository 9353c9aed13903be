import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ERRNOS,
  readLog,
  shim,
  type Errno,
  type LogEntry,
  type ShimControl,
} from '../support/fs-shim/control.js';
import { replay } from '../support/fs-shim/replay.js';
import { driverNamed, type StoreDriver } from './drivers/store-drivers.js';
import { examineStore, type Promised } from './examine-store.js';
import { bootOn, keptIds, linesOf, temporariesIn } from './store-world.js';
import { addTallies, chanceOf, NOTHING, pointsOf, type Tally } from './tally.js';
import { copyTree, readTree, writeTree } from './trees.js';

/** How much of what is possible is tried. */
export interface Extent {
  /** Every `stride`-th point only. */
  readonly stride: number;
  /** Power cuts with so many seeds after every sync and acknowledgement, a quarter of them at every other moment. */
  readonly seeds: number;
}

/** One driver in a place of its own: what was there before it, and what a run of it does when nothing happens. */
class Stage {
  readonly driver: StoreDriver;
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'crash-')));
  /** What is there before the driver runs; copied to `top` for every trial. */
  readonly template = join(this.directory, 'template');
  readonly top = join(this.directory, 'top');
  readonly cut = join(this.directory, 'cut');
  before: readonly string[] = [];

  constructor(driver: StoreDriver) {
    this.driver = driver;
  }

  async prepare(): Promise<void> {
    mkdirSync(this.template, { recursive: true });
    await this.driver.prepare(bootOn(this.template), this.template);
    this.before = keptIds(this.template);
  }

  /** Runs the driver in this process under the shim. */
  async run(control: Omit<ShimControl, 'root'>): Promise<Run> {
    copyTree(this.template, this.top);
    const said: string[] = [];
    let failure: unknown;
    shim().begin({ root: this.top, ...control });
    try {
      const hear = (what: string): void => {
        said.push(what);
        shim().note({ op: 'said', what });
      };
      await this.driver.run(bootOn(this.top, { said: hear }), this.top);
    } catch (error) {
      failure = error;
    }
    return { said, failure, ...shim().end() };
  }

  promised(said: readonly string[]): Promised {
    return { said, before: this.before, ...(this.driver.name === 'retention' ? { reclaimable: 3 } : {}) };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

interface Run {
  readonly said: readonly string[];
  readonly failure: unknown;
  readonly calls: number;
  readonly names: readonly string[];
  readonly log: readonly LogEntry[];
  readonly open: readonly string[];
}

const onStage = async (name: string, work: (stage: Stage) => Promise<Tally>): Promise<Tally> => {
  const stage = new Stage(driverNamed(name));
  try {
    await stage.prepare();
    return await work(stage);
  } finally {
    stage.remove();
  }
};

const labelled = (label: string, faults: readonly string[]): readonly string[] =>
  faults.map((fault) => `${label}: ${fault}`);

/** A process is killed before and after every call, and in the middle of every write; the next process goes on. */
export const killEverywhere = (name: string, program: string, { stride }: Extent): Promise<Tally> =>
  onStage(name, async (stage) => {
    const { calls, names } = await stage.run({});
    let tally: Tally = { ...NOTHING, points: calls };
    const logFile = join(stage.directory, 'log');
    for (const killAt of pointsOf(calls, stride)) {
      const call = names[killAt - 1] ?? '';
      const kinds = ['before', 'after', ...(call.startsWith('writeSync') ? ['middle'] : [])] as const;
      for (const kill of kinds) {
        copyTree(stage.template, stage.top);
        rmSync(logFile, { force: true });
        const { said, kills } = await drive(program, name, stage.top, {
          root: stage.top,
          killAt,
          kill: kill as 'before',
          logFile,
        });
        const label = `${name}, killed ${kill} call ${killAt} (${call})`;
        const died = readLog(logFile);
        // The process that goes on is logged too: a power cut may follow the kill.
        shim().begin({ root: stage.top, log: true });
        const heard: string[] = [...said];
        const hear = (what: string): void => {
          heard.push(what);
          shim().note({ op: 'said', what });
        };
        const faults = await examineStore(stage.top, stage.promised(said), { said: hear });
        const { log } = shim().end();
        tally = addTallies(tally, { ...NOTHING, kills, violations: labelled(label, faults) });
        for (const end of [log.length, Math.floor(chanceOf(killAt)() * log.length)])
          tally = addTallies(
            tally,
            await cutAfter(
              stage,
              [...died, ...log.slice(0, end)],
              killAt,
              `${label}, then power cut (${end})`,
            ),
          );
      }
    }
    return tally;
  });

/** The power goes right after the last of these entries, and the machine starts again. */
const cutAfter = async (
  stage: Stage,
  log: readonly LogEntry[],
  seed: number,
  label: string,
): Promise<Tally> => {
  const said = log.flatMap((entry) => (entry.op === 'said' ? [entry.what] : []));
  writeTree(replay(readTree(stage.template, stage.top), log, chanceOf(seed)), stage.top, stage.cut);
  const faults = await examineStore(stage.cut, stage.promised(said), { bootId: 'boot-2' }).catch(
    (error: unknown) => [`threw ${String(error)}`],
  );
  return { ...NOTHING, cuts: 1, violations: labelled(`${label}, seed ${seed}`, faults) };
};

/** Power cuts at every moment of a driver. */
export const cutEverywhere = (name: string, { seeds }: Extent): Promise<Tally> =>
  onStage(name, async (stage) => {
    const { log } = await stage.run({ log: true });
    let tally: Tally = { ...NOTHING, points: log.length };
    for (let end = 1; end <= log.length; end++)
      for (let seed = 1; seed <= seedsAfter(log[end - 1], seeds); seed++) {
        const label = `${name}, power cut after ${JSON.stringify(log[end - 1]).slice(0, 100)} (${end})`;
        tally = addTallies(tally, await cutAfter(stage, log.slice(0, end), seed * 1000 + end, label));
      }
    return tally;
  });

/** What was just acknowledged or synced is what a power cut may not take; between, fewer seeds do. */
const seedsAfter = (entry: LogEntry | undefined, seeds: number): number =>
  entry?.op === 'sync' || entry?.op === 'said' ? seeds : Math.ceil(seeds / 4);

/** Every call fails once, and every call from one on, with every error that it can have. */
export const failEverywhere = (name: string, { stride }: Extent): Promise<Tally> =>
  onStage(name, async (stage) => {
    const { calls } = await stage.run({});
    let tally: Tally = { ...NOTHING, points: calls };
    for (const errno of ERRNOS)
      for (const at of pointsOf(calls, stride, ERRNOS.indexOf(errno)))
        for (const control of [{ failAt: at }, { failFrom: at }])
          tally = addTallies(tally, await failOnce(stage, errno, control));
    return tally;
  });

const failOnce = async (stage: Stage, errno: Errno, control: Omit<ShimControl, 'root'>): Promise<Tally> => {
  const { said, failure, names, open, log } = await stage.run({ errno, ...control, log: true });
  const at = control.failAt ?? control.failFrom ?? 0;
  const how = control.failAt === undefined ? 'from' : 'at';
  const label = `${stage.driver.name}, ${errno} ${how} call ${at} (${names[at - 1]})`;
  const faults: string[] = [];
  if (failure !== undefined && !isToldClearly(failure))
    faults.push(`threw ${String((failure as Error).stack)}`);
  if (open.length > 0) faults.push(`left open: ${open.join(', ')}`);
  const refused = said.flatMap((what) => /^refused (\w+)$/.exec(what)?.[1] ?? []);
  const ids = linesOf(stage.top).map((line) => line['event'].event_id as string);
  for (const id of refused) if (ids.includes(id)) faults.push(`${id} was refused and is in the journal`);
  faults.push(
    ...(await examineStore(stage.top, stage.promised(said)).catch((error: unknown) => [
      `threw afterwards: ${String((error as Error).stack)}`,
    ])),
  );
  const left = temporariesIn(stage.top);
  // A disk on which nothing can be removed any more keeps what was begun.
  if (left.length > 0 && control.failFrom === undefined) faults.push(`left behind: ${left.join(', ')}`);
  // What was acknowledged although something failed has to be on the disk, and nothing else has to.
  const cut = await cutAfter(stage, log, at, `${label}, then power cut`);
  return addTallies({ ...NOTHING, faults: 1, violations: labelled(label, faults) }, cut);
};

const isToldClearly = (failure: unknown): boolean =>
  (failure as { readonly kind?: unknown }).kind === 'storage-failed' ||
  (failure as { readonly kind?: unknown }).kind === 'lock-unsupported';

/**
 * Runs a driver in a process of its own; resolves to what it said until it was killed. How often one polls for a lock
 * depends on the time, so that a process may end before it makes the call at which it was to be killed.
 */
const drive = (
  program: string,
  name: string,
  top: string,
  control: ShimControl,
): Promise<{ readonly said: readonly string[]; readonly kills: number }> =>
  new Promise((resolve, reject) => {
    const args = ['--require', shimPath(program), program, 'drive', name, top];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, FS_SHIM: JSON.stringify(control) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let trouble = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      signal === 'SIGKILL' || code === 0
        ? resolve({ said: output.split('\n').slice(0, -1), kills: code === 0 ? 0 : 1 })
        : reject(new Error(`${name} was not killed but ended with ${code}: ${trouble}`)),
    );
  });

const shimPath = (program: string): string => process.env['FS_SHIM_PATH'] ?? program;
