import type { HubAddress } from '../../domain/outbox/account.js';
import { SyncError } from '../../domain/errors.js';
import type { ServerMessage, SnapshotMessage } from '../../domain/wire.js';
import type { LiveSession, LiveTransport, OutgoingEvent, SessionEnd } from '../../ports/delivery.js';
import type { HubSession, MemoryHub } from './memory-hub.js';
import type { MemoryNetwork } from './memory-network.js';
import type { Bearer } from './memory-sign-ins.js';

/** Live sessions with hubs in memory. */
export class MemoryLiveTransport implements LiveTransport {
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  async open(address: HubAddress, wsToken: string, signal?: AbortSignal): Promise<LiveSession> {
    const hub = this.#network.reach(address);
    // Everything real waits for the network at least once.
    await Promise.resolve();
    if (signal?.aborted === true) throw new SyncError('interrupted', 'Connecting was interrupted.');
    if (hub === undefined) throw new SyncError('unreachable', 'No live connection: connection refused.');
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
