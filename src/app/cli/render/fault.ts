import { isSyncError } from '../../../domain/errors.js';
import { ADVICE, type ErrorCode } from '../errors/advice.js';
import { bold, cyan, lines, red } from './text.js';
import type { Text } from './text.js';

/** An error as it is shown: a stable code, one sentence, and what to do next. */
type ShownFault = ReturnType<typeof shown>;

/** What a thrown value looks like to the user. A bug of ours says so and where to look. */
export const shownFault = (error: unknown): ShownFault => {
  if (isSyncError(error)) return shown(error.kind, error.message, error.hint);
  if (!(error instanceof Error)) return shown('internal', String(error));
  if (error.name === 'AbortError') return shown('interrupted', 'The command was interrupted.');
  if (!('syscall' in error)) return shown('internal', `${error.name}: ${error.message}`);
  return shown(
    'storage-failed',
    `The system refused what the command needs: ${error.message}`,
    'Check the rights, the free space and the number of open files ("ulimit -n"), then run the command again.',
  );
};

/** With the advice of docs/errors.md, in the quotes of a terminal, where the error gives none of its own. */
const shown = (code: ErrorCode, message: string, hint = ADVICE[code].replaceAll('`', '"')) =>
  ({ code, message, hint }) as const;

/** The fault as lines for a person; lines after the first are indented, so that none of them can pose as another. */
export const faultText = (fault: ShownFault): Text =>
  lines([
    [red(bold('error')), `[${fault.code}]: ${indented(fault.message)}`],
    [cyan('hint'), `: ${indented(fault.hint)}`],
  ]);

const indented = (text: string): string => text.trimEnd().replaceAll('\n', '\n  ');
