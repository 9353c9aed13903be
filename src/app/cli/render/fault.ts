import { isSyncError } from '../../../domain/errors.js';
import { ADVICE, type ErrorCode } from '../errors/advice.js';
import { bold, cyan, lines, red } from './text.js';
import type { Text } from './text.js';

/** An error as it is shown: a stable code, one sentence, and what to do next. */
interface ShownFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a thrown value looks like to the user. A bug of ours says so and where to look. */
export const shownFault = (error: unknown): ShownFault => {
  if (isSyncError(error))
    return { code: error.kind, message: error.message, hint: error.hint ?? adviceOn(error.kind) };
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: 'interrupted',
      message: 'The command was interrupted.',
      hint: adviceOn('interrupted'),
    };
  }
  if (error instanceof Error && 'syscall' in error) {
    return {
      code: 'storage-failed',
      message: `The system refused what the command needs: ${error.message}`,
      hint: 'Check the rights, the free space and the number of open files ("ulimit -n"), then run the command again.',
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'internal',
    message,
    hint: adviceOn('internal'),
  };
};

/** The fault as lines for a person; lines after the first are indented, so that none of them can pose as another. */
export const faultText = (fault: ShownFault): Text =>
  lines([
    [red(bold('error')), `[${fault.code}]: ${indented(fault.message)}`],
    [cyan('hint'), `: ${indented(fault.hint)}`],
  ]);

/** The advice of docs/errors.md, with the quotes of a terminal. */
const adviceOn = (code: ErrorCode): string => ADVICE[code].replaceAll('`', '"');

const indented = (text: string): string => text.trimEnd().replaceAll('\n', '\n  ');
