import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expectHarmless, snapshotOf, sweepCommands } from '../support/command-sweep.js';
import { FOLDER, pathOf, smallFeature, workPackageText } from '../support/planning-documents.js';
import { makeProject } from '../support/project.js';
import { startCli } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

/** Dozens of commands, on a machine that may be busy. */
jest.setTimeout(120_000);

let sandbox: Sandbox;
let elsewhere: string;
beforeEach(async () => {
  sandbox = await createSandbox();
  elsewhere = join(sandbox.directory, 'elsewhere');
  for (const folder of ['', 'tasks', 'own']) mkdirSync(join(elsewhere, folder));
  for (const name of ['config.yaml', 'file', 'tasks/WP01-work.md', 'orchestration-state.json'])
    writeFileSync(join(elsewhere, name), workPackageText('WP01', { title: 'secret-of-another' }));
  await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
});
afterEach(() => sandbox.dispose());

const at = (path: string): string => join(sandbox.project, path);
const instead = (path: string, make: (place: string) => void): void => {
  rmSync(at(path), { recursive: true, force: true });
  mkdirSync(dirname(at(path)), { recursive: true });
  make(at(path));
};
const link = (path: string, target: string): void => instead(path, (place) => symlinkSync(target, place));
const pipe = (path: string): void => instead(path, (place) => execFileSync('mkfifo', [place]));
const write = (path: string, text: string): void => instead(path, (place) => writeFileSync(place, text));

const CONFIG = '.kittify/config.yaml';
const STATE = '.kittify/orchestration-state.json';
const FILES = [
  pathOf('WP01'),
  `${FOLDER}/spec.md`,
  `${FOLDER}/tasks.md`,
  `${FOLDER}/status.events.jsonl`,
  STATE,
  '.git/spec-kitty/intent.json',
  '.git/info/exclude',
];

/** What somebody may do to the files of a repository before they give it away. */
const HOSTILE: Readonly<Record<string, () => void>> = {
  'whose files are links out of it': () => {
    for (const path of FILES) link(path, join(elsewhere, 'file'));
    link('.worktrees', join(elsewhere, 'own'));
  },
  'whose files are links to what is not there yet': () => {
    for (const path of FILES) link(path, join(elsewhere, 'new'));
    link('.git/spec-kitty/lock', join(elsewhere, 'lock'));
    link('.worktrees', join(elsewhere, 'trees'));
  },
  'whose folders are links out of it': () => {
    link('.kittify', elsewhere);
    link(`${FOLDER}/tasks`, join(elsewhere, 'tasks'));
    link('.git/spec-kitty', elsewhere);
    link('.git/info', elsewhere);
  },
  'whose config is a link': () => link(CONFIG, join(elsewhere, 'config.yaml')),
  // Git reads its own exclude file, and waits for whoever writes it.
  'whose files are pipes': () => FILES.filter((path) => !path.endsWith('exclude')).forEach(pipe),
  'whose config and plan are pipes': () => [CONFIG, `${FOLDER}/meta.json`].forEach(pipe),
  'whose files never end': () => {
    for (const path of [CONFIG, ...FILES]) link(path, '/dev/zero');
  },
  'whose files are folders': () => {
    for (const path of [CONFIG, ...FILES]) instead(path, (place) => mkdirSync(place));
  },
  'whose files are huge': () => {
    const keys = Array.from({ length: 22_000 }, (_, number) => `key${number}: 1\n`).join('');
    write(CONFIG, keys);
    write(pathOf('WP01'), `---\n${keys}---\n`);
    write(`${FOLDER}/tasks.md`, '- [ ] T001 x\n'.repeat(700_000));
    write(STATE, '['.repeat(9_000_000));
  },
  'whose words are meant for the terminal': () => {
    const evil = '\x1b]0;owned\x07\u202e\u200b\u{e0041}';
    write(pathOf('WP01'), workPackageText('WP01', { title: evil, dependencies: JSON.stringify([evil]) }));
    write(`${FOLDER}/meta.json`, JSON.stringify({ target_branch: evil, slug: evil }));
    write(
      CONFIG,
      `project:\n  slug: ${JSON.stringify(evil)}\nagents:\n  available: [${JSON.stringify(evil)}]\n`,
    );
  },
  'that brings programs along': () => {
    for (const name of ['git', 'ps', 'flock', 'codex', 'sh'])
      write(name, `#!/bin/sh\ntouch '${join(elsewhere, 'ran')}'\n`);
    for (const name of ['git', 'ps', 'flock', 'codex', 'sh']) chmodSync(at(name), 0o755);
    write(
      CONFIG,
      `agents:\n  available: [claude]\n  commands:\n    claude: touch ${join(elsewhere, 'ran')}\n`,
    );
  },
};

describe.each(Object.entries(HOSTILE))('a repository %s', (name, make) => {
  it('makes no command hang, grow, or touch anything outside of it', async () => {
    make();
    const leaveOut = [sandbox.project, sandbox.stateRoot];
    const before = snapshotOf(sandbox.directory, leaveOut);
    const env = { PATH: ['.', '', process.env['PATH'] ?? ''].join(':') };
    expectHarmless(
      await sweepCommands(sandbox, {
        env,
        forms: name.includes('terminal') ? 'both' : 'in-turns',
        more: { orchestrate: ['--agents', 'claude,codex'], 'hub serve': ['--port', '0'] },
      }),
    );
    expect(snapshotOf(sandbox.directory, leaveOut)).toEqual(before);
    expect(existsSync(join(elsewhere, 'ran'))).toBe(false);
  });
});

describe('a repository of pipes', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('keeps no command from hearing %s', async (signal) => {
    [pathOf('WP01'), STATE].forEach(pipe);
    const watching = startCli(sandbox, ['agent', 'tasks', 'status', '--watch']);
    await watching.waitFor(/WP02/);
    expect((await watching.kill(signal)).signal ?? 'ended').toBe('ended');
  });
});
