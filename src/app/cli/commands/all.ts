import type { CommandDefinition } from '../define-command.js';
import { authCommands } from './auth/account.js';
import { completion } from './completion.js';
import { configCommands } from './config/config.js';
import { importEvents } from './events/import.js';
import { exportEvents, listEvents } from './events/journal.js';
import { tailEvents } from './events/tail.js';
import { checkFeature, cleanFeature, newFeature } from './feature/feature.js';
import { peopleCommands } from './hub/people.js';
import { serveCommands } from './hub/serve.js';
import { signInCommands } from './hub/sign-ins.js';
import { webhookCommands } from './hub/webhooks.js';
import { showIdentity } from './identity/show.js';
import { deadLetterCommands } from './sync/dead-letters.js';
import { diagnose, doctor } from './sync/doctor.js';
import { moveEvents } from './sync/move.js';
import { now, run } from './sync/now.js';
import { preview } from './sync/preview.js';
import { sharingCommands } from './sync/sharing.js';
import { syncStatus } from './sync/status.js';
import { verify } from './sync/verify.js';
import { accept } from './workflow/accept.js';
import { addHistory } from './workflow/add-history.js';
import { implement, takeNext } from './workflow/begin.js';
import { boardList, boardStatus } from './workflow/board.js';
import { finalizeTasks } from './workflow/finalize-tasks.js';
import { instructions, mcp } from './workflow/hosts.js';
import { init } from './workflow/init.js';
import { markStatus } from './workflow/mark-status.js';
import { merge } from './workflow/merge.js';
import { moveTask } from './workflow/move-task.js';
import { open } from './workflow/open.js';
import { orchestrate } from './workflow/orchestrate.js';
import { ready } from './workflow/ready.js';
import { showTask } from './workflow/show.js';

/** Every command of the program, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  ...[init, implement, merge, accept, orchestrate, open, finalizeTasks, moveTask, markStatus],
  ...[boardStatus, boardList, ready, takeNext, instructions, mcp, showTask, addHistory],
  ...[newFeature, checkFeature, cleanFeature],
  ...authCommands,
  ...[now, syncStatus, verify, preview, moveEvents, doctor],
  ...deadLetterCommands,
  ...[diagnose, run],
  ...sharingCommands,
  ...[listEvents, tailEvents, exportEvents, importEvents],
  showIdentity,
  ...configCommands,
  ...[...serveCommands, ...peopleCommands, ...signInCommands, ...webhookCommands],
  completion,
];
