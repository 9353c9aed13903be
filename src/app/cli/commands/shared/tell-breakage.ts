import { isSettled, logBreakage } from '../../../work/log-breakage.js';
import type { ClientContext } from './client.js';

/**
 * Tells the team of a workflow command that broke before its work began, such as over a folder that cannot be read;
 * later breakage is told where it happens. Nothing is told of a project without a complete identity, since beginning to
 * tell would write one, and a command that fails changes nothing. Never throws.
 */
export const tellBreakage = async (
  error: unknown,
  words: readonly string[],
  { args, common, container }: ClientContext<Readonly<Record<string, unknown>>>,
): Promise<void> => {
  if (isSettled(error) || READING.has(words.join(' '))) return;
  try {
    const client = await container();
    const checkout = await (await client.get('repository')).locate(common.project);
    const identity = await (await client.get('showIdentity')).run(common.project);
    const uuid = identity?.project.uuid;
    const isComplete = uuid?.source === 'config' && identity?.project.mintedBy !== undefined;
    if (checkout === undefined || !isComplete || identity?.project.slug.source !== 'config') return;
    const emission = await (await client.get('emitter')).begin(checkout);
    await logBreakage(error, emission, subjectOf(args, common.feature));
  } catch {
    // The error of the command is the one that is shown.
  }
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
