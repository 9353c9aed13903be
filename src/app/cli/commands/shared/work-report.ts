import { connectionOf, isSilent, stalledSinceMs } from '../../../delivery/heartbeat-reading.js';
import { shownTime } from '../../../reports/shown-time.js';
import { syncLine } from '../../../reports/sync-line.js';
import type { PerformedWork } from '../../../work/work-plan.js';
import type { CommandContext, Report } from '../../define-command.js';
import { snakeKeys } from '../../render/snake-keys.js';
import type { Text } from '../../render/text.js';

/** What a workflow command prints: its own result, and after it where its events go, which never makes it fail. */
export const workReport = async <R extends object>(
  context: CommandContext,
  work: PerformedWork<R>,
  text: Text,
): Promise<Report<ReturnType<typeof workData<R>>>> => {
  const { emission, outcomes } = work;
  await tellBeside(work, context.terminal);
  return {
    data: workData(work),
    text,
    ...(emission === undefined || outcomes.length === 0
      ? {}
      : { afterwards: () => tellDelivery(work, context) }),
  };
};

/** The frame that all of these have around their results. */
const workData = <R extends object>({ result, commit, outcomes }: PerformedWork<R>) => ({
  version: 2,
  ...result,
  commit: commit ?? null,
  events: outcomes.map((outcome) =>
    outcome.outcome === 'captured'
      ? { eventId: outcome.event.event_id, eventType: outcome.event.event_type, outcome: outcome.outcome }
      : { eventId: outcome.eventId, outcome: outcome.outcome },
  ),
});

/** What a workflow command did, as `--json` prints it. */
export const workDocument = (work: PerformedWork<object>): object => snakeKeys(workData(work));

/** Says what is beside the result of a workflow command. */
export const tellBeside = async (
  work: PerformedWork<object>,
  { warn, note }: { warn(sentence: string): void; note(sentence: string): void },
): Promise<void> => {
  const { emission, leftOver } = work;
  for (const warning of [...(emission?.identity?.warnings ?? []), ...(work.warnings ?? [])]) warn(warning);
  if (leftOver !== undefined && leftOver.kept === undefined)
    note('An earlier command had been cut short; its work is complete now.');
  const crowd = crowdIn(work);
  if (crowd === undefined && !isUnusual(work)) return;
  const { outcomeWarnings } = await import('./unusual-outcomes.js');
  for (const warning of outcomeWarnings(work, crowd)) warn(warning);
};

/** Above this share of the limit the user is told that the outbox fills up. */
const NEARLY_FULL = 0.8;

const isUnusual = ({ outcomes, leftOver }: PerformedWork<object>): boolean =>
  [...outcomes, ...(leftOver?.outcomes ?? [])].some(({ outcome }) => outcome !== 'captured');

/** How many wait, when they are nearly too many. */
const crowdIn = ({ outcomes, emission }: PerformedWork<object>): number | undefined => {
  const waiting = waitingIn(outcomes);
  return waiting !== undefined && waiting >= (emission?.limits.maxWaiting ?? Infinity) * NEARLY_FULL
    ? waiting
    : undefined;
};

/** One line about where events go, from what the background process last noted; and one more when nothing moves. */
const tellDelivery = async (
  { emission, outcomes }: PerformedWork<object>,
  { client, terminal }: CommandContext,
): Promise<void> => {
  const account = emission?.account;
  const isShared = emission?.isShared === true;
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
