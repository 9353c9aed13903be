import { flag, text } from '../../define-command.js';

/** Options that several commands of a plan have. */
export const NO_COMMIT = flag('leave the commit to you');
export const AGENT = text('who does the work', 'NAME');

export const WORK_PACKAGE = { wp: 'work package, such as WP01' } as const;
