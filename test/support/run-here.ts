import { createClientContainer } from '../../src/app/compose/container.js';
import { exitCodeOf } from '../../src/app/cli/exit-codes.js';
import { bufferSink, type Source } from '../../src/app/cli/io.js';
import { runProgram } from '../../src/app/cli/program.js';
import { BIN, runCli, type CliOptions, type CliResult } from './run-cli.js';
import type { Sandbox } from './sandbox.js';

// What these commands load when they need it. The test runner cannot link one module for two imports at once.
import '../../src/app/compose/commands.module.js';
import '../../src/app/compose/delivery.module.js';
import '../../src/app/compose/background.module.js';
import '../../src/app/compose/reports.module.js';
import '../../src/app/compose/orchestration.module.js';
import '../../src/app/cli/commands/all.js';
import '../../src/app/cli/commands/sync/status.js';
import '../../src/app/cli/commands/workflow/definitions.js';
import '../../src/app/cli/commands/workflow/init.js';
import '../../src/app/cli/commands/workflow/add-history.js';
import '../../src/app/work/init-project.js';
import '../../src/app/work/add-history.js';
import '../../src/app/reports/get-sync-status.js';
import '../../src/app/delivery/sharing-policy.js';
import '../../src/app/delivery/summons.js';
import '../../src/app/delivery/environment-sign-in.js';
import '../../src/domain/delivery/known-hubs.js';
import '../../src/adapters/events/edit-config.js';
import '../../src/adapters/events/settings-document.js';
import '../../src/adapters/fs/toml.js';
import '../../src/adapters/delivery/credential-document.js';
import '../../src/adapters/delivery/json-known-hubs.js';
import '../../src/adapters/delivery/json-machine-accounts.js';
import '../../src/adapters/delivery/file-background-post.js';
import '../../src/adapters/delivery/detached-starter.js';
import '../../src/adapters/outbox/read-outbox.js';
import '../../src/adapters/outbox/journal-reader.js';
import '../../src/adapters/reports/fs-state-files.js';

/**
 * Runs a command inside the test's own process, with the files, the git and the network that a process of its own would
 * have: for what comes before the matter of a test, where starting the program anew is most of the cost. What needs to
 * be a process, because something is loaded into it, is one.
 */
export const runHere = async (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> => {
  const env = { ...sandbox.env, ...options.env };
  if (options.bin !== undefined || env['NODE_OPTIONS'] !== undefined) return runCli(sandbox, args, options);
  const [stdout, stderr] = [bufferSink(), bufferSink()];
  const outcome = await runProgram(args, {
    io: { stdout, stderr, stdin: () => typed(options.input ?? ''), env, cwd: options.cwd ?? sandbox.project },
    version: '0.1.0',
    signal: new AbortController().signal,
    openContainer: async (waiting) =>
      createClientContainer({
        ...{ env, stderr, waiting, version: '0.1.0', processId: process.pid },
        program: { command: process.execPath, args: [BIN] },
        backgroundSync: 'own-process',
      }),
  });
  return { code: exitCodeOf(outcome), signal: undefined, stdout: stdout.text(), stderr: stderr.text() };
};

const typed = (text: string): Source => ({
  isTTY: false,
  async *[Symbol.asyncIterator]() {
    if (text !== '') yield text;
  },
});
