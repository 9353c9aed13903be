import { isNewer } from '../../domain/delivery/newer-version.js';
import { unreachable } from '../../domain/errors.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import type { LamportReading, SettingsReading } from '../../ports/events.js';
import type { StateFilesReading } from '../../ports/outbox.js';
import type { AccountStatus } from '../delivery/account-status.js';
import type { BackgroundReading } from '../delivery/background-reading.js';
import type { ConnectionCheck } from './check-connection.js';
import { FIX_IT, note, problem, warning, type Judged } from './finding.js';
import type { Recount } from './recount-outbox.js';
import { shownTime } from './shown-time.js';

/** What is wrong with the state root as files. */
export function* judgeFiles(files: StateFilesReading): Generator<Judged> {
  const { root, loose, stale, inaccessible } = files;
  if (inaccessible.length > 0)
    yield problem(
      `${shown(inaccessible)} in ${root} cannot be read or written by you.`,
      'Give yourself the rights to these files; who has run the program as another user owns them now.',
    );
  if (loose.length > 0)
    yield problem(`Others on this machine may read ${shown(loose)} in ${root}.`, FIX_IT, {
      fix: 'secure-files',
      paths: loose,
    });
  if (stale.length > 0)
    yield note(`${stale.length} temporary files were left by processes that died.`, FIX_IT, {
      fix: 'remove-stale-files',
      paths: stale,
    });
}

/** What is wrong with the disk that the state root lies on. */
export function* judgeDisk({ root, freeBytes, networkFileSystem }: StateFilesReading): Generator<Judged> {
  if (freeBytes !== undefined && freeBytes < LITTLE_BYTES)
    yield (freeBytes < HARDLY_ANY_BYTES ? problem : warning)(
      `${Math.floor(freeBytes / MEBIBYTE)} MiB are free where ${root} lies.`,
      'Make room on that disk: events that cannot be written are refused.',
    );
  if (networkFileSystem !== undefined)
    yield warning(
      `${root} lies on a network file system (${networkFileSystem}), where locks are less reliable.`,
      'Set SPEC_KITTY_HOME to a directory on a local disk.',
    );
}

const MEBIBYTE = 1024 * 1024;
const LITTLE_BYTES = 200 * MEBIBYTE;
const HARDLY_ANY_BYTES = 10 * MEBIBYTE;

export const judgeLocks = ({ busyLocks }: StateFilesReading): readonly Judged[] =>
  busyLocks.map((lock) =>
    note(
      `A process holds ${lock}: ${holderOf(lock)}.`,
      'Nothing has to be done; the lock goes with its process.',
    ),
  );

const holderOf = (lock: string): string => {
  if (lock === 'locks/background') return 'the background process';
  return lock.startsWith('locks/sender-') ? 'somebody is delivering that project' : 'somebody is at work';
};

const SHOWN = 3;

const shown = (paths: readonly string[]): string => {
  const named = paths.slice(0, SHOWN).map((path) => (path === '' ? 'everything' : path));
  return paths.length > SHOWN ? `${named.join(', ')} and ${paths.length - SHOWN} more` : named.join(', ');
};

export const judgeSettings = ({ issues }: SettingsReading): readonly Judged[] =>
  issues.map(({ path, reason }) =>
    warning(
      `config.toml: ${path === '' ? '' : `${path} `}${reason}.`,
      'Correct or remove that line of config.toml; until then its default holds.',
    ),
  );

/** What is wrong with what was captured, by a recount of the records that are there. */
export function* judgeOutbox(recount: Recount, maxQueueSize: number): Generator<Judged> {
  const { projectUuid, captured, beside, waiting, deadLetters, settled, counted, damaged } = recount;
  const project = projectUuid ?? 'the events without identity';
  if (!recount.balanced)
    yield problem(
      `${project}: ${captured} events were captured, and ${recount.accountedFor} are accounted for.`,
      'Report this with the output of: spec-kitty sync doctor --json',
    );
  if (settled > counted)
    yield problem(
      `${project}: ${settled} records are settled, but only ${counted} are counted.`,
      'Compare with the hub: spec-kitty sync verify',
    );
  if (recount.repeated > 0)
    yield problem(
      `${project}: ${recount.repeated} event ids are there twice.`,
      'The hub takes each once. Compare with it: spec-kitty sync verify',
    );
  if (recount.decisionsUnreadable !== undefined)
    yield problem(
      `${project}: the decisions cannot be read (${recount.decisionsUnreadable}); events of nobody are held.`,
      'Repair the damaged lines of decisions.jsonl, or allow what waits anew: spec-kitty sync on',
    );
  if (damaged > 0 || deadLetters > 0)
    yield warning(
      damaged > 0
        ? `${project}: ${damaged} records are damaged and can never be sent.`
        : `${project}: ${deadLetters} events were given up on.`,
      'spec-kitty sync dead-letters list',
    );
  if (waiting >= maxQueueSize * NEARLY_FULL)
    yield (waiting >= maxQueueSize ? problem : warning)(
      `${project}: ${waiting} events wait; at ${maxQueueSize} further ones are refused.`,
      'spec-kitty sync now',
    );
  if (beside.waitingForLock > 0)
    yield warning(
      `${project}: ${beside.waitingForLock} events are safe, but not in the journal yet.`,
      FIX_IT,
      { fix: 'seal-waiting', projectUuid },
    );
  if (beside.refused > 0)
    yield note(
      `${project}: ${beside.refused} events were refused in the past, when there was no room for them.`,
      'Nothing can be done for these; keep room with: spec-kitty sync now',
    );
  if (beside.tornTails > 0)
    yield note(
      `${project}: ${beside.tornTails} times a record that nobody had been told of was cut short and set aside.`,
      'Nothing has to be done: no event that was confirmed is among them.',
    );
}

const NEARLY_FULL = 0.8;

/** Whether Lamport clock and wall clock are where the records say that they have to be. */
export function* judgeClock(
  clock: LamportReading | undefined,
  recounts: readonly Recount[],
  nowMs: number,
): Generator<Judged> {
  const highest = Math.max(0, ...recounts.map(({ highestClock }) => highestClock));
  if (clock !== undefined && clock.value < highest)
    yield problem(
      `The Lamport clock stands at ${clock.value}, below ${highest}, which an event was captured with.`,
      'Set clock.json of the state root aside: the next command restarts the clock above everything captured.',
    );
  const latest = Math.max(0, ...recounts.map(({ lastReceiptAtMs }) => lastReceiptAtMs ?? 0));
  if (latest > nowMs + CLOCK_LEEWAY_MS)
    yield warning(
      `The last receipt arrived at ${shownTime(latest)}, which is still to come by this machine's clock.`,
      'Set the clock of this machine; no count and no order depends on it, but due times do.',
    );
}

const CLOCK_LEEWAY_MS = 60_000;

/** Whether somebody is signed in, as far as this machine can tell. */
export const judgeAccount = (account: AccountStatus): readonly Judged[] => {
  switch (account.state) {
    case 'signed-out':
      return [note('Nobody is signed in: events stay on this machine.', SIGN_IN)];
    case 'unusable':
      return [problem(`The sign-in cannot be used: ${account.reason}.`, SIGN_IN)];
    case 'signed-in':
      return account.session === 'ended' ? [problem('The sign-in has expired.', SIGN_IN)] : [];
    default:
      return unreachable(account);
  }
};

/** A hub that states the id of another one, which nobody has confirmed. `places`: where that one is known. */
export const judgeClaim = ({ url, claims }: HubAddress, places: readonly string[]): readonly Judged[] =>
  claims === undefined
    ? []
    : [
        warning(
          `${url} states the id of the hub at ${places.join(' and ')}. It is taken for another hub: nothing of that one goes there.`,
          'If that hub has moved, say so where the sign-in asks for it: spec-kitty auth login',
        ),
      ];

/** What is held for a hub, under the name by which it is best known, at which nobody is signed in any more. */
export const judgeFormer = (name: string, events: number, present: HubAddress): Judged =>
  warning(
    `${events} events are held for the hub ${name}, and nothing delivers there any more: ${present.url} is signed in.`,
    `Give them to the present hub: spec-kitty sync move --from ${PLAIN.test(name) ? name : 'HUB'}`,
  );

/** What stands in a command line as one word. */
const PLAIN = /^[\w.:/~%-]+$/;

/** What the hub itself says; what the account says already is not said again. */
export const judgeConnection = (check: ConnectionCheck): readonly Judged[] => {
  if (check.state === 'session-expired')
    return [problem(`${check.url} does not know this sign-in any more.`, SIGN_IN)];
  if (check.state !== 'unreachable') return [];
  return [
    warning(
      `${check.url} cannot be reached: ${check.reason}.`,
      'Check the network, and the address with: spec-kitty sync server',
    ),
  ];
};

/** Whether the process that delivers beside us is alive and as new as this program. */
export function* judgeBackground(reading: BackgroundReading, version: string): Generator<Judged> {
  const { state, heartbeat } = reading;
  if (state === 'not running' || heartbeat === undefined) return;
  const { processId, ageMs } = heartbeat;
  if (state === 'silent')
    yield warning(
      `The background process ${processId} has said nothing for ${Math.round(Math.abs(ageMs) / 1000)} s: it is stopped or stuck.`,
      `Let process ${processId} go on or end it; until then deliver with: spec-kitty sync now`,
    );
  else if (isNewer(version, heartbeat.version))
    yield note(
      `The background process is of version ${heartbeat.version}, older than this program (${version}).`,
      'The next command that captures an event asks it to leave and starts its successor.',
    );
}

const SIGN_IN = 'spec-kitty auth login';
