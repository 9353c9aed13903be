import { authCommands } from './auth/account.js';
import { configCommands } from './config/config.js';
import { completion } from './completion/completion.js';
import { eventsCommands } from './events/definitions.js';
import { featureCommands } from './feature/definitions.js';
import { peopleCommands } from './hub/people.js';
import { serveCommands } from './hub/serve.js';
import { signInCommands } from './hub/sign-ins.js';
import { webhookCommands } from './hub/webhooks.js';
import { showIdentity } from './identity/show.js';
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
  showIdentity,
  ...configCommands,
  ...serveCommands,
  ...peopleCommands,
  ...signInCommands,
  ...webhookCommands,
  completion,
];
