import type { Report } from '../../define-command.js';
import type { ClientContext } from '../shared/client.js';
import { setSharing } from './set-sharing.js';

export const run = (context: ClientContext<object>): Promise<Report> => setSharing(context, 'on');
