import { duration } from '../duration.js';
import type { Account } from '../outbox/account.js';
import { sum, type Accounting } from '../outbox/accounting.js';
import { CONNECTION_WORDS, type ConnectionStatus } from './connection.js';

/** What one line about delivery looks at. */
interface StatusFacts {
  readonly account?: { readonly team: string; readonly username?: string | undefined } | undefined;
  readonly server?: string | undefined;
  readonly projects: readonly {
    readonly accounting: Pick<Accounting, 'pending' | 'held' | 'deadLetters'>;
    readonly oldestWaitingAgeMs?: number | undefined;
  }[];
  readonly background: { readonly state: string; readonly connection: ConnectionStatus };
}

interface StatusLine {
  readonly text: string;
  /** One fact a line. */
  readonly details: readonly string[];
  /** Whether a person has to look. */
  readonly isTrouble: boolean;
}

/** Where events go, how many wait or are held, and for how long the oldest one has waited. */
export const statusLine = ({ account, server, projects, background }: StatusFacts): StatusLine => {
  const total = (count: (project: StatusFacts['projects'][number]) => number): number =>
    projects.reduce((all, project) => all + count(project), 0);
  const waiting = total(({ accounting }) => accounting.pending);
  const held = total(({ accounting }) => sum(accounting.held));
  const dead = total(({ accounting }) => sum(accounting.deadLetters));
  const ages = projects.flatMap(({ oldestWaitingAgeMs }) => oldestWaitingAgeMs ?? []);
  const counts = [
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(held === 0 ? [] : [`${held} held`]),
    ...(dead === 0 ? [] : [`${dead} given up`]),
    ...(ages.length === 0 ? [] : [`oldest ${duration(Math.max(...ages))}`]),
  ];
  const place = account === undefined ? 'Local only' : CONNECTION_WORDS[background.connection];
  const reasons = new Map<string, number>();
  for (const { accounting } of projects)
    for (const [reason, count] of Object.entries(accounting.held))
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return {
    text: [place, ...counts].join(' · '),
    details: [
      account === undefined
        ? 'Nobody is signed in.'
        : `${account.username ?? 'unknown'} of team ${account.team} at ${server ?? 'no hub'}`,
      `Background sync: ${background.state}`,
      ...[...reasons].map(([reason, count]) => `${count} held: ${reason}`),
    ],
    isTrouble: dead > 0 || background.state === 'silent',
  };
};

/** What the one line about sync looks at. */
export interface SyncLineInput {
  readonly account: Account | undefined;
  /** Whether the project's events may leave this machine. */
  readonly isShared: boolean;
  readonly connection: ConnectionStatus;
  /** Events that wait, when it is known. */
  readonly waiting: number | undefined;
}

/** The line that every capturing command ends with: where events go, and how many wait. */
export const syncLine = ({ account, isShared, connection, waiting }: SyncLineInput): string => {
  const place = account === undefined || !isShared ? 'Local only' : CONNECTION_WORDS[connection];
  return waiting === undefined || waiting === 0 ? `[${place}]` : `[${place}] ${waiting} waiting`;
};
