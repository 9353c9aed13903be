import { isSyncError } from '../../../domain/errors.js';
import { bold, cyan, lines, red } from './text.js';
import type { Text } from './text.js';

/** An error as it is shown: a stable code, one sentence, and what to do next. */
export interface ShownFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a thrown value looks like to the user. A bug of ours says so and where to look. */
export const shownFault = (error: unknown): ShownFault => {
  if (isSyncError(error))
    return { code: error.kind, message: error.message, hint: error.hint ?? DEFAULT_HINT };
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: 'interrupted',
      message: 'The command was interrupted.',
      hint: 'Run it again to take the work up.',
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'internal',
    message,
    hint: 'This is a defect of spec-kitty. Run the command again with SPEC_KITTY_DEBUG=1 to see where, and report it.',
  };
};

/** The fault as lines for a person; lines after the first are indented, so that none of them can pose as another. */
export const faultText = (fault: ShownFault): Text =>
  lines([
    [red(bold('error')), `[${fault.code}]: ${indented(fault.message)}`],
    [cyan('hint'), `: ${indented(fault.hint)}`],
  ]);

const DEFAULT_HINT = 'Run "spec-kitty sync status" to see where every event is.';

const indented = (text: string): string => text.trimEnd().replaceAll('\n', '\n  ');
