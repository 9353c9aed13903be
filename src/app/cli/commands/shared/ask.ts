import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext } from '../../define-command.js';
import type { Io, Source } from '../../io.js';

/** What a question needs. Every one of them ends with `interrupted` when the person does not want to answer. */
interface Asking {
  readonly io: Io;
  readonly signal: AbortSignal;
}

/** Reads one line that a person types without showing it; from a pipe, its first line. */
const askSecret = async ({ io, signal }: Asking, question: string): Promise<string> => {
  const source = io.stdin();
  if (!source.isTTY) return readLine({ io, signal });
  io.stderr.write(question);
  source.setRawMode?.(true);
  try {
    return await answered(signal, readTyped(source));
  } finally {
    source.setRawMode?.(false);
    io.stderr.write('\n');
  }
};

/** Asks for one line that may be seen. */
export const askLine = async ({ io, signal }: Asking, question: string): Promise<string> => {
  io.stderr.write(question);
  try {
    const line = await answered(signal, lineOf(io.stdin()));
    // Who ends the input instead has not answered.
    if (line === undefined) throw notAnswered();
    return line.trim();
  } catch (error) {
    // The cursor still stands behind the question.
    io.stderr.write('\n');
    throw error;
  }
};

/** Only `y` and `yes` are a yes, and an empty line is a no. */
export const askYesNo = async (asking: Asking, question: string): Promise<boolean> => {
  const answer = (await askLine(asking, `${question} [y/N] `)).toLowerCase();
  return answer === 'y' || answer === 'yes';
};

/** Whether somebody is there who could answer. */
export const canAsk = ({ common, io }: Pick<CommandContext, 'common' | 'io'>): boolean =>
  !common.noInput && io.stdin().isTTY;

/** Asks before what cannot be undone; with `--yes` nobody is asked. Fails with `wrong-usage` where nobody can be: `whether`. */
export const isMeant = async (
  context: CommandContext<{ readonly yes: boolean }>,
  question: string,
  whether: string,
): Promise<boolean> => {
  if (context.args.yes) return true;
  if (canAsk(context)) return askYesNo(context, question);
  throw new SyncError('wrong-usage', `Nobody can be asked here whether ${whether}.`, {
    hint: 'Say so with --yes.',
  });
};

/** The password of somebody: piped in where that was said, else typed. Fails with `wrong-usage` where nobody can be asked. */
export const passwordOf = async (
  context: CommandContext<{ readonly passwordStdin: boolean }>,
  name: string,
  hint = 'Use --password-stdin.',
): Promise<string> => {
  if (context.args.passwordStdin) return readLine(context);
  if (canAsk(context)) return askSecret(context, `Password of ${name}: `);
  throw new SyncError('wrong-usage', 'The password cannot be asked for here.', { hint });
};

/** The first line that is piped in. */
export const readLine = async ({ io, signal }: Asking): Promise<string> =>
  (await answered(signal, lineOf(io.stdin()))) ?? '';

/** The answer, unless the command is interrupted before it is given. */
const answered = <T>(signal: AbortSignal, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const interrupted = (): void => reject(notAnswered());
    signal.addEventListener('abort', interrupted, { once: true });
    if (signal.aborted) interrupted();
    answer.then(resolve, reject);
  });

const notAnswered = (): SyncError =>
  new SyncError('interrupted', 'The question was not answered, so nothing was done.', {
    hint: 'Run the command again when you want to answer it.',
  });

/** The first line of a source, without its line break; what there is when it ends before, `undefined` when that is nothing. */
const lineOf = async (source: Source): Promise<string | undefined> => {
  let text = '';
  for await (const piece of source) {
    text += typeof piece === 'string' ? piece : new TextDecoder().decode(piece);
    if (text.includes('\n')) break;
  }
  return text === '' ? undefined : text.split('\n')[0]?.replace(/\r$/, '');
};

const ENTER = new Set(['\r', '\n']);
const ERASE = new Set(['\x7f', '\b']);
const INTERRUPT = '\x03';
const END_OF_INPUT = '\x04';

const readTyped = async (source: Source): Promise<string> => {
  const typed: string[] = [];
  for await (const piece of source) {
    for (const character of typeof piece === 'string' ? piece : new TextDecoder().decode(piece)) {
      if (ENTER.has(character) || character === END_OF_INPUT) return typed.join('');
      if (character === INTERRUPT) throw notAnswered();
      if (ERASE.has(character)) typed.pop();
      else typed.push(character);
    }
  }
  return typed.join('');
};
