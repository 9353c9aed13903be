import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processesMarked } from './marked-processes.mjs';
import type { CliOptions } from './run-cli.js';
import { inSandbox, type Sandbox } from './sandbox.js';

/** What the background process of a sandbox last noted. */
export type Note = Readonly<Record<string, any>>;

/** Switches the background sync on for a command of a sandbox. */
export const AWAKE: CliOptions = { env: { SPEC_KITTY_SYNC: undefined } };

/** A sandbox whose background process leaves soon after its work; whatever is left of it at the end is ended. */
export const withBackground = (work: (sandbox: Sandbox) => Promise<void>, lingerSeconds = 1): Promise<void> =>
  inSandbox(async (sandbox) => {
    await mkdir(sandbox.stateRoot, { recursive: true, mode: 0o700 });
    await writeFile(join(sandbox.stateRoot, 'config.toml'), `[sync]\nlinger_seconds = ${lingerSeconds}\n`);
    try {
      await work(sandbox);
    } finally {
      for (const pid of running(sandbox)) process.kill(pid, 'SIGKILL');
    }
  });

/** Process ids of everything that runs in the sandbox. */
export const running = (sandbox: Sandbox): readonly number[] =>
  processesMarked('SPEC_KITTY_TEST_SANDBOX', sandbox.env['SPEC_KITTY_TEST_SANDBOX'] ?? '').map(
    ({ pid }) => pid,
  );

/** The note, or `undefined` when there is none. */
export const noteOf = async (sandbox: Sandbox): Promise<Note | undefined> => {
  const text = await readFile(join(sandbox.stateRoot, 'sync', 'heartbeat.json'), 'utf8').catch(
    () => undefined,
  );
  return text === undefined ? undefined : (JSON.parse(text) as Note);
};

/** Resolves with the first note that is as wanted; fails when there is none in time. */
export const noted = async (sandbox: Sandbox, isWanted: (note: Note) => boolean): Promise<Note> => {
  let last: Note | undefined;
  await eventually(
    async () => {
      last = await noteOf(sandbox);
      return last !== undefined && isWanted(last);
    },
    () => `the note is ${JSON.stringify(last)}`,
  );
  return last!;
};

/** Resolves when nothing runs in the sandbox any more. */
export const nothingRuns = (sandbox: Sandbox): Promise<void> =>
  eventually(
    () => running(sandbox).length === 0,
    () => `still running: ${running(sandbox).join()}`,
  );

/** Looks until it holds, for as long as a slow machine may need; then fails with what is the case instead. */
export const eventually = async (
  holds: () => boolean | Promise<boolean>,
  otherwise: () => string,
): Promise<void> => {
  for (let waitedMs = 0; !(await holds()); waitedMs += LOOK_MS) {
    if (waitedMs >= PATIENCE_MS) throw new Error(otherwise());
    await delay(LOOK_MS);
  }
};

const LOOK_MS = 20;
const PATIENCE_MS = 15_000;
