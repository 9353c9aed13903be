import { compare, conclude } from './lib/compare.mjs';
import { bareCommit, moveTask } from './lib/move-task.mjs';
import { processContestant } from './lib/processes.mjs';
import { BIN, makeScratch } from './lib/scratch.mjs';
import { buildStubbedProgram } from './lib/stubbed-program.mjs';

/** What a whole command costs, from `fork` to exit, beside a Node process that does nothing. */
const scratch = makeScratch();
try {
  const [user, stubbedUser, gitUser] = ['ours', 'stubbed', 'git'].map((name) => scratch.makeUser(name));
  const [project, stubbedProject, gitProject] = [user, stubbedUser, gitUser].map((one) => one.makeProject());
  const stubbedProgram = await buildStubbedProgram();
  const { env } = user;
  const commit = bareCommit(gitUser, gitProject);
  const MOVE = 'agent tasks move-task';
  const STUBBED = 'the same, emission stubbed out';
  const contestants = [
    processContestant('node -e 0', ['-e', '0'], { env }),
    processContestant('--version', [BIN, '--version'], { env, goal: 1.5 }),
    processContestant('--help', [BIN, '--help'], { env }),
    processContestant('sync status', [BIN, 'sync', 'status'], { env, cwd: project, goal: 3 }),
    { name: MOVE, goal: 3, run: moveTask(user, project) },
    { name: STUBBED, run: moveTask(stubbedUser, stubbedProject, stubbedProgram) },
    { name: 'git commit alone', ...commit },
    processContestant('--help, no code cache', [BIN, '--help'], {
      env: { ...env, SPEC_KITTY_NO_CODE_CACHE: '1' },
    }),
  ];
  const { figures } = await compare({
    work: 'whole process: start',
    floor: 'node -e 0',
    rounds: 15,
    warmUp: 2,
    contestants,
  });
  conclude({
    work: 'whole process: what capture adds',
    floor: STUBBED,
    contestants: [{ name: STUBBED }, { name: MOVE, goal: 1.2 }],
    figures,
  });
} finally {
  scratch.remove();
}
