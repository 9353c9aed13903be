import { hasAnnouncedItself, isSameAccount, type Account } from '../../domain/outbox/account.js';
import type { ConnectionStatus } from '../../domain/delivery/connection.js';
import { SyncError, unreachable } from '../../domain/errors.js';
import type { EventMessage, SnapshotMessage } from '../../domain/wire.js';
import type { ClientPorts } from '../../ports/client.js';
import type { ReadAnswer } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import type { AccessTokens } from './access-token.js';
import { askForPage, grantedAccess, throwIfAborted, type Whom } from './granted-access.js';
import type { LiveLink, LiveListeners } from './live-link.js';

/** An event as somebody sent it, whoever that was. */
export type TailedEvent = Readonly<Record<string, unknown>>;

export interface TailInput {
  /** Show first what the hub has after this sequence number or event; absent: begin with what arrives now. */
  readonly after?: number | string;
  /** Only events of this project. */
  readonly projectUuid?: string | undefined;
  /** Told first: whose events these are. */
  readonly onBegin?: (account: Account) => void;
  readonly onEvent: (event: TailedEvent) => Promise<void> | void;
  /** Told when the hub was restored: what it has now is shown from the beginning. */
  readonly onRestored?: (account: Account) => void;
  readonly onStatus?: (status: ConnectionStatus) => void;
}

interface TailHost extends Pick<ClientPorts, 'eventReader'> {
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
  readonly liveLinkTo: (listeners: LiveListeners) => Pick<LiveLink, 'run'>;
}

/**
 * Shows a team's events as the hub gets them, each once and in the order of its log, over every interruption: what was
 * missed is read from the hub before the next live event is shown. At a hub without sequence numbers only what arrives
 * while connected is shown.
 */
export class EventTail {
  readonly #host: TailHost;
  readonly #input: TailInput;
  /** Whose log is followed; the numbers of another one mean nothing here. */
  #account: Account | undefined;
  /** Everything up to this sequence number is shown. */
  #cursor: number | undefined;
  /** Of the hub's log, as its last snapshot said. */
  #history: string | undefined;

  constructor(host: TailHost, input: TailInput) {
    this.#host = host;
    this.#input = input;
  }

  /**
   * Runs until the signal aborts. Fails with `not-signed-in` or `session-expired`, and where earlier events are asked
   * for with `unreachable`, `input-invalid` for an event that the team does not have, and `protocol-mismatch` for a hub
   * that shows nobody what it has.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { after, onBegin, onStatus } = this.#input;
    // A connection that cannot be had is tried for ever; a sign-in that is missing is not worth waiting for.
    const { account } = await grantedAccess(this.#host.accessTokens, signal);
    onBegin?.(account);
    if (after !== undefined) await this.#catchUp(account, after, signal);
    const link = this.#host.liveLinkTo({
      onOpen: (snapshot, whose) => this.#goOn(snapshot, whose, signal),
      onEvent: (event) => this.#hear(event),
      ...(onStatus === undefined ? {} : { onStatus }),
    });
    await link.run(() => undefined, signal);
  }

  /** A hub that is behind the cursor was set back; its numbers begin anew. */
  async #goOn(snapshot: SnapshotMessage, account: Account, signal: AbortSignal): Promise<void> {
    const position = snapshot.capabilities?.includes('sequence') === true ? snapshot.sequence : undefined;
    const isKnown = this.#account !== undefined && isSameAccount(this.#account, account);
    const isRestored = isKnown && this.#history !== undefined && this.#history !== snapshot.history;
    this.#history = snapshot.history;
    if (isRestored && this.#cursor !== undefined) {
      this.#input.onRestored?.(account);
      return this.#catchUp(account, 0, signal);
    }
    if (position === undefined || this.#cursor === undefined || !isKnown || position < this.#cursor) {
      this.#account = account;
      this.#cursor = position;
    } else if (position > this.#cursor) await this.#catchUp(account, this.#cursor, signal);
  }

  async #catchUp(account: Account, after: number | string, signal: AbortSignal): Promise<void> {
    for (let from = after, more = true; more;) {
      const answer = await this.#readAfter(account, from, signal);
      if (answer.answer === 'other-history' && from !== 0) {
        this.#history = undefined;
        this.#input.onRestored?.(account);
        from = 0;
        continue;
      }
      const page = pageOf(answer, account, from);
      for (const { sequence, event } of page.events) {
        throwIfAborted(signal);
        await this.#input.onEvent(event);
        this.#cursor = sequence;
      }
      this.#account = account;
      this.#cursor = page.next;
      ({ next: from, more } = page);
    }
  }

  async #readAfter(account: Account, after: number | string, signal: AbortSignal): Promise<ReadAnswered> {
    if (!hasAnnouncedItself(account.hub)) return { answer: 'unsupported' };
    const { projectUuid } = this.#input;
    const query = {
      after,
      ...(projectUuid === undefined ? {} : { projectUuid }),
      ...(this.#history === undefined ? {} : { history: this.#history }),
    };
    const ask = (whom: Whom) => this.#host.eventReader.read({ ...whom, ...query }, signal);
    return askForPage(this.#host.accessTokens, account, 'events', ask, signal);
  }

  /** What was read from the log already, or is of another project, is not shown. */
  async #hear({ type: _type, ...message }: EventMessage): Promise<void> {
    const { hub_sequence: sequence, ...event } = message;
    const { projectUuid } = this.#input;
    const isWanted = projectUuid === undefined || event['project_uuid'] === projectUuid;
    // Without numbers the key belongs to whoever wrote the event.
    if (this.#cursor === undefined || typeof sequence !== 'number') {
      if (isWanted) await this.#input.onEvent(this.#cursor === undefined ? message : event);
      return;
    }
    if (sequence <= this.#cursor) return;
    if (isWanted) await this.#input.onEvent(event);
    this.#cursor = sequence;
  }
}

/** Follows what a team's hub gets, for whoever asks: each time anew, as {@link EventTail} says. */
export class FollowEvents extends UseCase<TailHost> {
  run(input: TailInput, signal: AbortSignal): Promise<void> {
    return new EventTail(this.ports, input).run(signal);
  }
}

type ReadAnswered = Exclude<ReadAnswer, { readonly answer: 'unauthorized' | 'unavailable' }>;

const pageOf = (
  answer: ReadAnswered,
  { hub }: Account,
  after: number | string,
): Extract<ReadAnswer, { readonly answer: 'page' }> => {
  switch (answer.answer) {
    case 'page':
      return answer;
    case 'unknown-event':
      throw new SyncError('input-invalid', `The team has no event ${after} at ${hub.url}.`, {
        hint: 'Give the number or the id of an event that the hub has; 0 shows everything.',
      });
    case 'unsupported':
      throw new SyncError('protocol-mismatch', `${hub.url} shows nobody which events it has.`, {
        hint: 'Without --after the events are shown that arrive from now on.',
      });
    case 'other-history':
      throw new SyncError('unreachable', `${hub.url} does not agree with itself which history its log has.`, {
        hint: 'Try again; the hub may have been restored this very moment.',
      });
    default:
      return unreachable(answer);
  }
};
