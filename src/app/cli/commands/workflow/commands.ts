import type { CommandDefinition } from '../../define-command.js';
import { accept } from './accept.js';
import { addHistory } from './add-history.js';
import { implement, takeNext } from './begin.js';
import { boardList, boardStatus } from './board.js';
import { finalizeTasks } from './finalize-tasks.js';
import { instructions, mcp } from './hosts.js';
import { init } from './init.js';
import { markStatus } from './mark-status.js';
import { merge } from './merge.js';
import { moveTask } from './move-task.js';
import { open } from './open.js';
import { orchestrate } from './orchestrate.js';
import { ready } from './ready.js';
import { showTask } from './show.js';

/** The commands that work on a project's plan, in the order of the help. */
export const workflowCommands: readonly CommandDefinition[] = [
  init,
  implement,
  merge,
  accept,
  orchestrate,
  open,
  finalizeTasks,
  moveTask,
  markStatus,
  boardStatus,
  boardList,
  ready,
  takeNext,
  instructions,
  mcp,
  showTask,
  addHistory,
];
