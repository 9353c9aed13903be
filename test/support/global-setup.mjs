import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../scripts/build.mjs';
import { bundleCommandServer } from './command-server/bundle.mjs';
import { makeScratchPlace } from './scratch-place.mjs';

/**
 * Gives the run a home of its own with a sentinel in it, a place for temporary files, and a mark that every process
 * of the run inherits. The teardown looks whether home, processes and the user's real home are as they should be.
 */
export default async () => {
  const run = makeScratchPlace();
  const realHome = homedir();
  const home = join(run, 'home');
  const temporary = join(run, 't');
  const compiled = join(run, 'compiled');
  for (const directory of [home, temporary, compiled]) mkdirSync(directory);
  writeFileSync(join(home, SENTINEL), SENTINEL_TEXT);
  const gitConfig = join(run, 'gitconfig');
  writeFileSync(gitConfig, GIT_CONFIG);
  const id = randomUUID();
  globalThis.specKittyTestRun = { id, run, home, realHome, realStateBefore: stateOf(realHome) };
  process.env.SPEC_KITTY_TEST_WAY_OUT = JSON.stringify(
    Object.fromEntries(WAY_OUT.map((name) => [name, process.env[name]])),
  );
  for (const name of [...FOREIGN, ...WAY_OUT]) delete process.env[name];
  Object.assign(process.env, {
    ...{ HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    ...{ GIT_CONFIG_GLOBAL: gitConfig, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
    // The compiler of the tests would unpack itself into the home.
    SWC_NATIVE_BINDING_CACHE: join(run, 'swc'),
    SPEC_KITTY_TEST_COMPILED: compiled,
    SPEC_KITTY_TEST_RUN: id,
  });
  if (process.env.SPEC_KITTY_BUILT !== '1') await buildOrRemember();
  // A run inside a run, which tests the tests, has one already.
  process.env.SPEC_KITTY_TEST_COMMANDS ??= await bundleCommandServer(join(run, 'commands'));
};

export const SENTINEL = 'sentinel.txt';
export const SENTINEL_TEXT = 'Nothing but this file may be in the home of a test run.\n';

/** Names and sizes of the state that the user really has, if any. */
export const stateOf = (home) => {
  try {
    return readdirSync(join(home, '.spec-kitty'), { recursive: true }).sort().join('\n');
  } catch {
    return undefined;
  }
};

/** What a developer may have set and a test must not see. */
const FOREIGN = [
  ...[
    'SPEC_KITTY_HOME',
    'SPEC_KITTY_SYNC',
    'SPEC_KITTY_DEBUG',
    'SPEC_KITTY_NO_CODE_CACHE',
    'SPECIFY_FEATURE',
  ],
  ...['NO_COLOR', 'FORCE_COLOR', 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'],
];

/** How this machine reaches the network: kept for the tests that ask a registry, and for nobody else. */
const WAY_OUT = [
  'NODE_EXTRA_CA_CERTS',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'],
];

const GIT_CONFIG = `[user]
\tname = Test Person
\temail = test@example.invalid
[init]
\tdefaultBranch = main
[core]
\tautocrlf = false
[commit]
\tgpgsign = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
`;

/** Only tests that start the program need the build; they say why there is none. */
const buildOrRemember = async () => {
  try {
    await buildProgram();
  } catch (error) {
    process.env.SPEC_KITTY_BUILD_FAILURE = String(error);
  }
};
