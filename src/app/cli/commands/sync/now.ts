import { waitingOf } from '../../../../domain/delivery/accounting.js';
import { TOKENS } from '../../../container/tokens.js';
import type { PassEnd } from '../../../sync/pass-report.js';
import type { Report } from '../../define-command.js';
import type { Outcome } from '../../exit-codes.js';
import { lines, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { leftReasons } from './left-reasons.js';

export const run = async ({ container, signal, terminal }: ClientContext<object>): Promise<Report> => {
  const client = await container();
  const [flush, status] = await Promise.all([client.get(TOKENS.flush), client.get(TOKENS.syncStatus)]);
  const report = await flush.run(
    {
      isInsisted: true,
      onProgress: ({ delivered, duplicate, rejected, deadLetters }) =>
        terminal.progress([`Delivered ${delivered + duplicate}, refused ${rejected + deadLetters} …`]),
    },
    signal,
  );
  const { projects } = await status.run();
  const reasons = leftReasons(projects);
  const left = projects.reduce((sum, { accounting }) => sum + waitingOf(accounting), 0);
  const { ended, ...counts } = report;
  return {
    outcome: outcomeOf(ended, left, report.deadLetters),
    data: { ...counts, left, left_reasons: reasons, ended },
    text: lines([
      `Delivered ${counts.delivered}, already there ${counts.duplicate}, left ${left}.`,
      ...explain(ended),
      ...Object.entries(reasons).map(([reason, count]) => `  ${count} ${reason}`),
    ]),
  };
};

const outcomeOf = (ended: PassEnd, left: number, deadLetters: number): Outcome => {
  if (ended.end === 'signed-out') return 'not-signed-in';
  if (ended.end === 'interrupted') return 'interrupted';
  return ended.end === 'complete' && left === 0 && deadLetters === 0 ? 'done' : 'partly-delivered';
};

const explain = (ended: PassEnd): readonly Text[] => {
  switch (ended.end) {
    case 'complete':
    case 'interrupted':
      return [];
    case 'busy':
      return ['Another process is delivering at the moment.'];
    case 'nothing-moved':
      return ['The hub gave no receipts. Everything stays and is tried again.'];
    case 'signed-out':
      return ['Nobody is signed in: spec-kitty auth login'];
    case 'unavailable':
      return [`The hub cannot be used now: ${ended.reason}. Everything stays and is tried again.`];
    case 'forbidden':
      return [`The hub refuses this account: ${ended.reason}.`];
    case 'protocol-mismatch':
    case 'unexpected':
      return [`${ended.reason}.`];
    case 'storage-failed':
      return [`The outbox cannot be read or written: ${ended.reason}.`];
    case 'too-many-exceptions':
      return [
        'Too many refused events wait for a decision; nothing more is sent until some are decided about.',
      ];
  }
};
