import { SyncError } from '../../../../domain/errors.js';
import { text } from '../../define-command.js';

/** The option with which a command about events looks at one work package. */
export const OF_WORK_PACKAGE = text('only events about this work package', 'WPnn');

/** A limit that somebody gave; any other number is a misuse. */
export const wholeFromOne = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new SyncError('wrong-usage', '--limit takes a whole number from 1.');
};
