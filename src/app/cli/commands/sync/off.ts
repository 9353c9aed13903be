import type { CommandContext, Report } from '../../define-command.js';
import { setSharing } from './set-sharing.js';

export const run = (context: CommandContext<object>): Promise<Report> => setSharing(context, 'off');
