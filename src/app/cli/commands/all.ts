import { authCommands } from './auth/definitions.js';
import { configCommands } from './config/definitions.js';
import { completionCommands } from './completion/definitions.js';
import { eventsCommands } from './events/definitions.js';
import { featureCommands } from './feature/definitions.js';
import { hubCommands } from './hub/definitions.js';
import { identityCommands } from './identity/definitions.js';
import { workflowCommands } from './workflow/definitions.js';
import { syncCommands } from './sync/definitions.js';
import type { CommandDefinition } from '../define-command.js';

/** Every command of the program, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  ...workflowCommands,
  ...featureCommands,
  ...authCommands,
  ...syncCommands,
  ...eventsCommands,
  ...identityCommands,
  ...configCommands,
  ...hubCommands,
  ...completionCommands,
];
