import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './lib/compare.mjs';
import { processContestant } from './lib/processes.mjs';

/** What a start costs, from `fork` to exit, beside a Node process that does nothing. */
const BIN = fileURLToPath(new URL('../dist/bin/spec-kitty.cjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'spec-kitty-bench-'));
const stateRoot = join(home, 'state');
mkdirSync(stateRoot, { mode: 0o700 });
const { NODE_EXTRA_CA_CERTS: _certificates, ...inherited } = process.env;
const env = { ...inherited, HOME: home, USERPROFILE: home, SPEC_KITTY_HOME: stateRoot };

try {
  await compare({
    work: 'whole process: start',
    floor: 'node -e 0',
    rounds: 15,
    contestants: [
      processContestant('node -e 0', ['-e', '0'], { env }),
      processContestant('--version', [BIN, '--version'], { env, goal: 1.5 }),
      processContestant('--help', [BIN, '--help'], { env }),
      processContestant('--help, no code cache', [BIN, '--help'], {
        env: { ...env, SPEC_KITTY_NO_CODE_CACHE: '1' },
      }),
      processContestant('completion bash', [BIN, 'completion', 'bash'], { env, goal: 3 }),
    ],
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
