import { flag, needed, optional, text } from '../../define-command.js';

/** Options that several commands of a plan have. */
export const NO_COMMIT = flag('leave the commit to you');
export const AGENT = text('who does the work', 'NAME');

const SUCH_AS = 'work package, such as WP01';
export const WORK_PACKAGE = { wp: needed(SUCH_AS) };
export const WORK_PACKAGE_AT_HAND = { wp: optional(SUCH_AS) };
