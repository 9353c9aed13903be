import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { COMMANDS } from '../../src/app/cli/commands/all.js';
import type { Sandbox } from './sandbox.js';
import { startWorker } from './worker.js';

export interface SweptCommand {
  readonly command: string;
  readonly argv: readonly string[];
  readonly ms: number;
  readonly outcome: string;
  readonly out: string;
  readonly err: string;
}

export interface Sweep {
  readonly commands: readonly SweptCommand[];
  readonly maxRssMiB: number;
}

export interface SweepOptions {
  /** When a command is interrupted that does not end by itself. */
  readonly interruptAfterMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of a command beside those that its definition demands, by its words. */
  readonly more?: Readonly<Record<string, readonly string[]>>;
  /** `both`: every command for people and with `--json`. Default: one after the other in turns. */
  readonly forms?: 'both' | 'in-turns';
}

/** Runs every command of the program in the sandbox's project; fails with the name of the one that never ends. */
export const sweepCommands = async (sandbox: Sandbox, options: SweepOptions = {}): Promise<Sweep> => {
  // The hub's own data is a place that belongs to it.
  const own = { XDG_DATA_HOME: join(sandbox.stateRoot, 'data') };
  const environment = { ...sandbox.env, ...own, ...options.env };
  const sweep = {
    directory: sandbox.project,
    environment,
    interruptAfterMs: options.interruptAfterMs ?? 1500,
    more: options.more,
    forms: options.forms ?? 'in-turns',
  };
  const worker = startWorker('command-sweep-worker.mjs', [JSON.stringify(sweep)]);
  const watch = setTimeout(() => worker.kill(), LONGEST_MS);
  await worker.ended;
  clearTimeout(watch);
  const lines = worker.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.at(-1);
  if (last?.['ended'] !== true) throw new Error(`never ended: ${String(last?.['begins'])}`);
  const commands = lines.filter((line) => 'command' in line) as unknown as readonly SweptCommand[];
  expect([...new Set(commands.map(({ command }) => command))]).toEqual(
    COMMANDS.map(({ words }) => words.join(' ')),
  );
  return { commands, maxRssMiB: last['maxRssMiB'] as number };
};

/** A sweep takes a tenth of it where nothing hangs. */
const LONGEST_MS = 240_000;

/** What holds for every command, whatever it was run against. */
export const expectHarmless = ({ commands, maxRssMiB }: Sweep): void => {
  for (const { argv, outcome, out, err } of commands) {
    const [about, said] = [argv.join(' '), `${out}${err}`];
    expect({ about, raw: RAW.exec(said)?.[0] }).toEqual({ about, raw: undefined });
    expect({ about, leaks: /secret-of-/.test(said) }).toEqual({ about, leaks: false });
    expect({ about, defect: /error\[internal\]|"kind": "internal"/.test(said) }).toEqual({
      about,
      defect: false,
    });
    expect(typeof outcome).toBe('string');
  }
  expect(maxRssMiB).toBeLessThan(600);
};

// oxlint-disable-next-line no-control-regex -- what no terminal may get
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u206f]|[\u{e0000}-\u{e0fff}]/u;

/** Everything in a directory but what is left out: kind, mode, and what it holds. */
export const snapshotOf = (
  directory: string,
  leaveOut: readonly string[],
): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    if (leaveOut.includes(path)) return;
    const stats = lstatSync(path);
    const name = relative(directory, path);
    if (stats.isSymbolicLink()) found[name] = `link ${readlinkSync(path)}`;
    else if (stats.isDirectory()) {
      found[name] = `folder ${stats.mode.toString(8)}`;
      for (const entry of readdirSync(path)) visit(join(path, entry));
    } else if (stats.isFile())
      found[name] =
        `${stats.mode.toString(8)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    else found[name] = 'other';
  };
  visit(directory);
  return found;
};
