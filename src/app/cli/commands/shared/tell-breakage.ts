import { isSettled } from '../../../work/log-breakage.js';
import type { CommandContext } from '../../define-command.js';

/** Tells the team of a workflow command that broke before its work began. Never throws. */
export const tellBreakage = async (
  error: unknown,
  words: readonly string[],
  { args, common, client }: CommandContext<Readonly<Record<string, unknown>>>,
): Promise<void> => {
  if (isSettled(error) || READING.has(words.join(' '))) return;
  const subject = subjectOf(args, common.feature);
  // What cannot even be told of is no second error: that of the command is the one that is shown.
  await client.work.logBreakage.run(error, client.directory, subject).catch(() => undefined);
};

/** What only looks emits nothing, whatever happens to it. */
const READING: ReadonlySet<string> = new Set(['agent tasks status', 'agent tasks list']);

const subjectOf = (args: Readonly<Record<string, unknown>>, feature: string | undefined) => {
  const named = [args['wp'], args['id']].flat().filter((word) => typeof word === 'string');
  const agent = args['agent'] ?? args['author'];
  return {
    ...(feature === undefined ? {} : { feature }),
    ...(named.length === 1 && named[0] !== undefined ? { workPackageId: named[0] } : {}),
    ...(typeof agent === 'string' ? { agent } : {}),
  };
};
