import { shownTime } from './shown-time.js';
import type { LamportReading } from '../../ports/events.js';
import type { Recount } from './recount-outbox.js';
import type { Finding } from './finding.js';

/** What is wrong with what was captured, by a recount of the records that are there. */
export const judgeOutboxes = (recounts: readonly Recount[], maxQueueSize: number): readonly Finding[] =>
  recounts.flatMap((recount) => judgeOutbox(recount, maxQueueSize));

/** Whether Lamport clock and wall clock are where the records say that they have to be. */
export const judgeClock = (
  clock: LamportReading | undefined,
  recounts: readonly Recount[],
  nowMs: number,
): readonly Finding[] => {
  const findings: Finding[] = [];
  const highest = Math.max(0, ...recounts.map(({ highestClock }) => highestClock));
  if (clock !== undefined && clock.value < highest) {
    findings.push({
      check: 'clock',
      severity: 'problem',
      message: `The Lamport clock stands at ${clock.value}, below ${highest}, which an event was captured with.`,
      remedy:
        'Set clock.json of the state root aside: the next command restarts the clock above everything captured.',
    });
  }
  const latest = Math.max(0, ...recounts.map(({ lastReceiptAtMs }) => lastReceiptAtMs ?? 0));
  if (latest > nowMs + CLOCK_LEEWAY_MS) {
    findings.push({
      check: 'clock',
      severity: 'warning',
      message: `The last receipt arrived at ${shownTime(latest)}, which is still to come by this machine's clock.`,
      remedy: 'Set the clock of this machine; no count and no order depends on it, but due times do.',
    });
  }
  return findings;
};

const judgeOutbox = (recount: Recount, maxQueueSize: number): readonly Finding[] => {
  const { projectUuid, captured, beside, waiting, deadLetters } = recount;
  const project = projectUuid ?? 'the events without identity';
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], message: string, remedy: string): void => {
    findings.push({ check: 'outboxes', severity, message: `${project}: ${message}`, remedy });
  };
  if (!recount.balanced) {
    add(
      'problem',
      `${captured} events were captured, and ${recount.accountedFor} are accounted for.`,
      'Report this with the output of: spec-kitty sync doctor --json',
    );
  }
  if (recount.settled > recount.counted) {
    add(
      'problem',
      `${recount.settled} records are settled, but only ${recount.counted} are counted.`,
      'Compare with the hub: spec-kitty sync verify',
    );
  }
  if (recount.repeated > 0) {
    add(
      'problem',
      `${recount.repeated} event ids are there twice.`,
      'The hub takes each once. Compare with it: spec-kitty sync verify',
    );
  }
  if (recount.decisionsUnreadable !== undefined) {
    add(
      'problem',
      `the decisions cannot be read (${recount.decisionsUnreadable}); events of nobody are held.`,
      'Repair the damaged lines of decisions.jsonl, or allow what waits anew: spec-kitty sync on',
    );
  }
  if (recount.damaged > 0) {
    add(
      'warning',
      `${recount.damaged} records are damaged and can never be sent.`,
      'spec-kitty sync dead-letters list',
    );
  } else if (deadLetters > 0) {
    add('warning', `${deadLetters} events were given up on.`, 'spec-kitty sync dead-letters list');
  }
  if (waiting >= maxQueueSize * NEARLY_FULL) {
    add(
      waiting >= maxQueueSize ? 'problem' : 'warning',
      `${waiting} events wait; at ${maxQueueSize} further ones are refused.`,
      'spec-kitty sync now',
    );
  }
  if (beside.waitingForLock > 0) {
    findings.push({
      check: 'outboxes',
      severity: 'warning',
      message: `${project}: ${beside.waitingForLock} events are safe, but not in the journal yet.`,
      remedy: 'spec-kitty sync doctor --fix',
      fix: { fix: 'seal-waiting', projectUuid },
    });
  }
  if (beside.refused > 0) {
    add(
      'note',
      `${beside.refused} events were refused in the past, when there was no room for them.`,
      'Nothing can be done for these; keep room with: spec-kitty sync now',
    );
  }
  if (beside.tornTails > 0) {
    add(
      'note',
      `${beside.tornTails} times a record that nobody had been told of was cut short and set aside.`,
      'Nothing has to be done: no event that was confirmed is among them.',
    );
  }
  return findings;
};

const NEARLY_FULL = 0.8;
const CLOCK_LEEWAY_MS = 60_000;
