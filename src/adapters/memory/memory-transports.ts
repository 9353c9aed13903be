import { answerOf, type BatchOutcome } from '../../domain/delivery/outcome.js';
import { SyncError } from '../../domain/errors.js';
import { utf8Length } from '../../domain/events/utf8-length.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { ServerMessage, SnapshotMessage } from '../../domain/wire.js';
import type {
  BatchRequest,
  BatchTransport,
  EventReader,
  IssuerFault,
  LiveSession,
  LiveTransport,
  OutgoingEvent,
  ReadAnswer,
  ReadRequest,
  ReceiptAnswer,
  ReceiptReader,
  ReceiptRequest,
  SessionEnd,
  TokenIssuer,
} from '../../ports/delivery.js';
import type { HubSession, MemoryHub, MemoryNetwork } from './memory-hub.js';
import type { Bearer } from './memory-sign-ins.js';

/** What a transport of any kind needs of a network in memory. */
class OnNetwork {
  protected readonly network: MemoryNetwork;
  /** Of those that read page by page. */
  protected readonly pageSize: number;

  constructor(network: MemoryNetwork, pageSize = 1000) {
    this.network = network;
    this.pageSize = pageSize;
  }

  /** The hub at an address, or why nobody answers there. */
  protected async reach(address: HubAddress, signal: AbortSignal | undefined): Promise<MemoryHub | string> {
    const hub = this.network.reach(address);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    return signal?.aborted === true ? 'interrupted' : (hub ?? 'connection refused');
  }
}

/** Batches to hubs in memory. */
export class MemoryBatchTransport extends OnNetwork implements BatchTransport {
  async send(request: BatchRequest, signal?: AbortSignal): Promise<BatchOutcome> {
    const hub = await this.reach(request.hub, signal);
    if (typeof hub === 'string') return { outcome: 'unavailable', reason: hub };
    const bytes = request.events.reduce((sum, { json }) => sum + utf8Length(json) + 1, 0);
    if (bytes > (request.maxBodyBytes ?? Infinity)) return { outcome: 'too-large' };
    const fault = hub.batchFaults.take();
    if (fault === 'lost-before') return { outcome: 'unavailable', reason: 'connection reset' };
    if (typeof fault === 'object') return fault;
    const outcome = deliver(hub, request);
    return fault === 'lost-after' ? { outcome: 'unavailable', reason: 'connection reset' } : outcome;
  }

  probe: BatchTransport['probe'] = async (address) =>
    this.network.reach(address) === undefined ? { unreachable: 'connection refused' } : 'reachable';

  report: BatchTransport['report'] = async ({ hub: address, accessToken, report }) => {
    const hub = this.network.reach(address);
    if (hub?.signIns.bearerOf(accessToken) === undefined) return false;
    hub.reports.push(report);
    return hub.capabilities.includes('report');
  };
}

const deliver = (hub: MemoryHub, request: BatchRequest): BatchOutcome => {
  const bearer = hub.signIns.bearerOf(request.accessToken);
  if (bearer === undefined) return { outcome: 'unauthorized' };
  if (request.events.length > hub.maxBatchEvents) return { outcome: 'too-large' };
  const results = hub.receive(
    bearer,
    request.events.map((event) => JSON.parse(event.json) as unknown),
  );
  if (results === 'poison') return { outcome: 'refused-opaque', reason: 'an event is not understood' };
  return {
    outcome: 'answered',
    answers: new Map(results.map((result) => [result.event_id, answerOf(result)])),
  };
};

/** Tokens of hubs in memory. */
export class MemoryTokenIssuer extends OnNetwork implements TokenIssuer {
  signIn: TokenIssuer['signIn'] = (address, username, password, signal) =>
    this.#call(address, signal, ({ signIns }) =>
      known(signIns.signIn(username, password), 'user name or password is wrong'),
    );

  refresh: TokenIssuer['refresh'] = (address, token, signal) =>
    this.#call(address, signal, ({ signIns }) =>
      known(signIns.refresh(token), 'the sign-in is no longer valid'),
    );

  liveToken: TokenIssuer['liveToken'] = (address, accessToken, signal) =>
    this.#call(address, signal, ({ signIns }) => {
      const token = signIns.liveToken(accessToken);
      return token === undefined ? refused(UNKNOWN_TOKEN) : ok({ token, lifetimeSeconds: 900 });
    });

  revoke: TokenIssuer['revoke'] = (address, refreshToken, signal) =>
    this.#call(address, signal, ({ signIns }) =>
      signIns.revoke(refreshToken) ? ok(undefined) : refused('the token is not known'),
    );

  askForDevice: TokenIssuer['askForDevice'] = (address, _device, signal) =>
    this.#call(address, signal, ({ signIns, url }) => {
      const lasting = { lifetimeSeconds: 600, intervalSeconds: 5 };
      return ok({ ...signIns.askForDevice(), verificationUrl: `${url}/device`, ...lasting });
    });

  redeemDevice: TokenIssuer['redeemDevice'] = (address, deviceCode, signal) =>
    this.#call(address, signal, ({ signIns }) =>
      known(signIns.redeemDevice(deviceCode), 'nobody agreed in time'),
    );

  identify: TokenIssuer['identify'] = (address, accessToken, signal) =>
    this.#call(address, signal, ({ signIns, id: hubId, capabilities }) => {
      const bearer = signIns.bearerOf(accessToken);
      if (bearer === undefined) return refused(UNKNOWN_TOKEN);
      return ok({ username: bearer.username, teams: [bearer.team], hubId, capabilities });
    });

  async #call<T>(
    address: HubAddress,
    signal: AbortSignal | undefined,
    work: (hub: MemoryHub) => Result<T, IssuerFault>,
  ): Promise<Result<T, IssuerFault>> {
    const hub = await this.reach(address, signal);
    if (typeof hub === 'string') return err({ fault: 'unavailable', reason: hub });
    const fault = hub.issuerFaults.take();
    if (fault === 'lost-before') return err({ fault: 'unavailable', reason: 'connection reset' });
    const result = work(hub);
    return fault === 'lost-after' ? err({ fault: 'unavailable', reason: 'connection reset' }) : result;
  }
}

const UNKNOWN_TOKEN = 'the access token is not accepted';

const refused = (reason: string): Result<never, IssuerFault> => err({ fault: 'refused', reason });

const known = <T>(value: T | undefined, reason: string): Result<T, IssuerFault> =>
  value === undefined ? refused(reason) : ok(value);

/** Reads the events of hubs in memory. */
export class MemoryEventReader extends OnNetwork implements EventReader {
  async read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    const hub = await this.reach(request.hub, signal);
    if (typeof hub === 'string') return { answer: 'unavailable', reason: hub };
    const bearer = hub.signIns.bearerOf(request.accessToken);
    if (bearer === undefined) return { answer: 'unauthorized' };
    const stored = hub.storedEvents(bearer.team);
    const after =
      typeof request.after === 'number'
        ? request.after
        : stored.find(({ event }) => event['event_id'] === request.after)?.sequence;
    if (after === undefined) return { answer: 'unknown-event' };
    const { projectUuid, history } = request;
    const isBeyond = after > (stored.at(-1)?.sequence ?? 0);
    if (isBeyond || (history !== undefined && history !== hub.history)) return { answer: 'other-history' };
    const wanted = stored.filter(
      ({ sequence, event }) =>
        sequence > after && (projectUuid === undefined || event['project_uuid'] === projectUuid),
    );
    const events = wanted.slice(0, this.pageSize);
    const next = events.at(-1)?.sequence ?? after;
    return { answer: 'page', events, next, more: events.length < wanted.length };
  }
}

/** Receipts of hubs in memory. */
export class MemoryReceiptReader extends OnNetwork implements ReceiptReader {
  async read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer> {
    const { hub: address, accessToken, projectUuid, after } = request;
    const hub = await this.reach(address, signal);
    if (typeof hub === 'string') return { answer: 'unavailable', reason: hub };
    if (!hub.hasReceipts) return { answer: 'unsupported' };
    const bearer = hub.signIns.bearerOf(accessToken);
    if (bearer === undefined) return { answer: 'unauthorized' };
    const ids = hub.storedIds(bearer.team, projectUuid);
    const next = Math.min(after + this.pageSize, Math.max(ids.length, after));
    return { answer: 'page', eventIds: ids.slice(after, next), next, more: next < ids.length };
  }
}

/** Live sessions with hubs in memory. */
export class MemoryLiveTransport extends OnNetwork implements LiveTransport {
  async open(address: HubAddress, wsToken: string, signal?: AbortSignal): Promise<LiveSession> {
    const hub = await this.reach(address, signal);
    if (hub === 'interrupted') throw new SyncError('interrupted', 'Connecting was interrupted.');
    if (typeof hub === 'string') throw new SyncError('unreachable', `No live connection: ${hub}.`);
    const bearer = hub.signIns.liveBearerOf(wsToken);
    if (bearer === undefined) throw new SyncError('session-expired', 'The hub does not accept the token.');
    return new MemoryLiveSession(hub, bearer);
  }
}

class MemoryLiveSession implements LiveSession, HubSession {
  readonly snapshot: SnapshotMessage;
  readonly ended: Promise<SessionEnd>;
  readonly bearer: Bearer;
  readonly #hub: MemoryHub;
  readonly #waiting: ServerMessage[] = [];
  #wakeReader: () => void = () => undefined;
  readonly #leave: () => void;
  #tellEnd: (end: SessionEnd) => void = () => undefined;
  #over = false;

  constructor(hub: MemoryHub, bearer: Bearer) {
    this.#hub = hub;
    this.bearer = bearer;
    this.snapshot = hub.snapshot(bearer.team);
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.#leave = hub.join(this);
  }

  deliver(message: ServerMessage): void {
    this.#waiting.push(message);
    this.#wakeReader();
  }

  end(why: 'lost' | 'unauthorized'): void {
    this.#finish(
      why === 'lost' ? { reason: 'lost', detail: 'connection reset' } : { reason: 'unauthorized' },
    );
  }

  async send(event: OutgoingEvent): Promise<void> {
    if (this.#over) throw new SyncError('unreachable', 'The live connection is over.');
    await Promise.resolve();
    const fault = this.#hub.liveFaults.take();
    if (fault === 'lost-before') return this.end('lost');
    const results = this.#hub.receive(this.bearer, [JSON.parse(event.json)], this);
    if (fault === 'lost-after') return this.end('lost');
    if (results === 'poison' || !this.#hub.capabilities.includes('ack')) return;
    for (const result of results) this.deliver({ type: 'ack', ...result });
  }

  renew(token: string): Promise<void> {
    if (this.#over) return Promise.reject(new SyncError('unreachable', 'The live connection is over.'));
    if (!this.#hub.capabilities.includes('auth')) {
      return Promise.reject(new SyncError('protocol-mismatch', 'This hub cannot renew a token in place.'));
    }
    if (this.#hub.signIns.liveBearerOf(token) === undefined) this.end('unauthorized');
    else this.deliver({ type: 'auth', status: 'ok' });
    return Promise.resolve();
  }

  async *messages(): AsyncGenerator<ServerMessage, void, undefined> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) yield next;
      if (this.#over) return;
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }

  ignoredFrames(): number {
    return 0;
  }

  close(): Promise<void> {
    this.#finish({ reason: 'closed-by-us' });
    return Promise.resolve();
  }

  #finish(end: SessionEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    this.#wakeReader();
    this.#tellEnd(end);
  }
}
