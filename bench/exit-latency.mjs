import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from './lib/compare.mjs';
import { closedPort, openBlackHole, PASSWORD, startHub } from './lib/hub.mjs';
import { moveTask } from './lib/move-task.mjs';
import { makeScratch } from './lib/scratch.mjs';

/** Whether anything about delivery makes a command last longer. Every situation has a user and a repository of its own. */
const scratch = makeScratch();
const hub = await startHub(scratch);
const blackHole = await openBlackHole();

/** A signed-in user; `edit` changes the stored sign-in, so that it leads elsewhere or has ended. */
const signedIn = (name, edit = (text) => text) => {
  const user = scratch.makeUser(name);
  const project = user.makeProject();
  const login = ['auth', 'login', '--server', hub.url, '--username', 'ada', '--password-stdin', '--yes'];
  user.run(project, login, `${PASSWORD}\n`);
  const path = join(user.stateRoot, 'credentials');
  writeFileSync(path, edit(readFileSync(path, 'utf8')), { mode: 0o600 });
  return moveTask(user, project);
};

const signedOut = (name, { env = {}, config } = {}) => {
  const user = scratch.makeUser(name, env);
  const project = user.makeProject();
  if (config !== undefined) writeFileSync(join(user.stateRoot, 'config.toml'), config, { mode: 0o600 });
  return moveTask(user, project);
};

try {
  const gone = await closedPort();
  const elsewhere = (url) => (text) => text.replaceAll(hub.url, url);
  const ended = (text) => text.replace(/(_expires_at\s*=\s*)"[^"]*"/g, '$1"2020-01-01T00:00:00.000Z"');
  const OFF = 'sync off';
  await compare({
    work: 'whole process: move-task',
    floor: OFF,
    rounds: 15,
    warmUp: 3,
    contestants: [
      { name: OFF, run: signedOut('off', { env: { SPEC_KITTY_SYNC: 'off' } }) },
      { name: 'hub healthy', goal: 1.15, run: signedIn('healthy') },
      { name: 'hub never answers', goal: 1.15, run: signedIn('black-hole', elsewhere(blackHole.url)) },
      { name: 'network gone', goal: 1.15, run: signedIn('gone', elsewhere(gone)) },
      { name: 'session expired', goal: 1.15, run: signedIn('expired', ended) },
      { name: 'outbox full', goal: 1.15, run: signedOut('full', { config: '[sync]\nmax_queue_size = 1\n' }) },
    ],
  });
} finally {
  scratch.remove();
  blackHole.close();
  await hub.stop();
}
