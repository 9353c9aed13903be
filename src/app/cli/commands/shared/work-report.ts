import { connectionOf, isSilent, stalledSinceMs } from '../../../delivery/background-reading.js';
import { shownTime } from '../../../reports/shown-time.js';
import { isFields } from '../../../../domain/document.js';
import { syncLine } from '../../../../domain/delivery/status-line.js';
import type { PerformedWork } from '../../../work/perform-work.js';
import type { CommandContext } from '../../define-command.js';

/** What a workflow command did, as `--json` prints it: its own result, and what became of its events. */
export const workDocument = ({ result, commit, outcomes }: PerformedWork<object>) =>
  snakeKeys({
    version: 2,
    ...result,
    commit: commit ?? null,
    events: outcomes.map((outcome) =>
      outcome.outcome === 'captured'
        ? { eventId: outcome.event.event_id, eventType: outcome.event.event_type, outcome: outcome.outcome }
        : { eventId: outcome.eventId, outcome: outcome.outcome },
    ),
  }) as object;

/** Keys in snake case at every depth: all of them are ours. */
const snakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]));
};

const snakeCase = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Says what is beside the result of a workflow command: of events that are not simply captured, and of a crowd that waits.
 * Nothing of it makes a command fail.
 */
export const tellBeside = (
  { outcomes, emission, leftOver, warnings = [] }: PerformedWork<object>,
  { warn, note }: { warn(sentence: string): void; note(sentence: string): void },
): void => {
  for (const warning of [...(emission?.identity?.warnings ?? []), ...warnings]) warn(warning);
  if (leftOver?.commitRefused !== undefined)
    warn(
      `An earlier command had been cut short; its work is done, but git refused the commit of it: ${leftOver.commitRefused}`,
    );
  else if (leftOver !== undefined && leftOver.kept === undefined)
    note('An earlier command had been cut short; its work is complete now.');
  const kept = [...outcomes, ...(leftOver?.outcomes ?? [])].filter((each) => each.outcome === 'kept');
  const refused = outcomes.filter((each) => each.outcome === 'refused');
  const delayed = outcomes.filter(({ outcome }) => outcome === 'waiting').length;
  const waiting = waitingIn(outcomes);
  const most = emission?.limits.maxWaiting ?? Infinity;
  if (kept[0] !== undefined)
    warn(
      `The outbox takes nothing: ${kept[0].message}. ${kept.length} events stay in the repository; the next command adds them.`,
    );
  if (refused[0] !== undefined)
    warn(
      `${refused.length} of ${outcomes.length} events were not captured: ${refused[0].message}. See: spec-kitty sync status`,
    );
  if (delayed > 0)
    warn(`${delayed} events are safe, but another process holds the outbox; the next command adds them.`);
  if (waiting !== undefined && waiting >= most * NEARLY_FULL)
    warn(
      `${waiting} events wait; at ${most} further ones are refused. Deliver them with: spec-kitty sync now`,
    );
};

/** Above this share of the limit the user is told that the outbox fills up. */
const NEARLY_FULL = 0.8;

/** One line about where events go, from what the background process last noted; and one more when nothing moves. */
export const tellDelivery = async (
  { emission, outcomes }: PerformedWork<object>,
  { client, terminal }: CommandContext,
): Promise<void> => {
  if (emission === undefined || outcomes.length === 0) return;
  const { account, isShared } = emission;
  const waiting = waitingIn(outcomes);
  const isLocal = account === undefined || !isShared;
  const post = isLocal ? undefined : await client.port('backgroundPost');
  const heartbeat = await post?.heartbeat();
  const nowMs = (await client.port('wallClock')).nowMs();
  terminal.note(syncLine({ account, isShared, connection: connectionOf(heartbeat, nowMs), waiting }));
  // The kernel knows better than any note: who was killed has lost the place, who was stopped has it still.
  if (isSilent(heartbeat, nowMs) && post?.isOccupied() === true) {
    terminal.warn(
      `The background process ${heartbeat?.processId} does not answer and nobody else may deliver beside it. Deliver with: spec-kitty sync now`,
    );
  }
  const captured = outcomes.filter(({ outcome }) => outcome === 'captured').length;
  const waitedBefore = waiting === undefined ? undefined : waiting - captured;
  const stalledSince = stalledSinceMs(heartbeat, waitedBefore, nowMs);
  if (stalledSince === undefined) return;
  const since = shownTime(stalledSince);
  terminal.warn(`Delivery has made no progress since ${since}. See: spec-kitty sync status`);
};

const waitingIn = (outcomes: PerformedWork<object>['outcomes']): number | undefined => {
  const last = outcomes.findLast((outcome) => outcome.outcome === 'captured');
  return last?.waiting;
};
