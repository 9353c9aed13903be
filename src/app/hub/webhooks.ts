import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SyncError } from '../../domain/errors.js';
import type { Log, WallClock } from '../../ports/host.js';
import type {
  AccountStore,
  EventStore,
  StoredEvent,
  Webhook,
  WebhookStore,
  WebhookTransport,
} from '../../ports/hub.js';
import { isLoopback } from './own-names.js';

interface WebhookNeeds {
  readonly store: EventStore;
  readonly accounts: Pick<AccountStore, 'teams' | 'takeTurn' | 'giveTurnBack'>;
  readonly webhooks: WebhookStore;
}

/** Which addresses are told of a team's events. Works beside a hub that serves, which notices within a second. */
export class Webhooks {
  readonly #needs: WebhookNeeds;

  constructor(needs: WebhookNeeds) {
    this.#needs = needs;
  }

  /** It hears what is stored from now on. Throws `input-invalid` for a team or an address that cannot be. */
  async add(team: string, url: string): Promise<Webhook> {
    const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
      throw new SyncError('input-invalid', 'A webhook needs an https address, or one on this machine.');
    if (!(await this.#needs.accounts.teams()).includes(team))
      throw new SyncError('input-invalid', `There is no team ${JSON.stringify(team)}.`, {
        hint: 'See which there are with: spec-kitty hub team list',
      });
    const { sequence: through } = await this.#needs.store.forTeam(team).position();
    return this.#needs.webhooks.add({ team, url, through });
  }

  list(): Promise<readonly Webhook[]> {
    return this.#needs.webhooks.list();
  }

  async remove(id: string): Promise<void> {
    if ((await this.#needs.webhooks.remove(id)) === 'removed') return;
    throw new SyncError('input-invalid', `There is no webhook ${JSON.stringify(id)}.`, {
      hint: 'See them with: spec-kitty hub webhook list',
    });
  }
}

interface SenderNeeds extends WebhookNeeds {
  readonly transport: WebhookTransport;
  readonly clock: WallClock;
  readonly log: Log;
}

/**
 * Tells webhooks what is stored, from the store: each event in a message of its own, in the order of the log, until the
 * receiver has said that it has it. An event may be told twice, under the same message id; none is left out. It looks
 * once a second; what it gives ends that, and resolves when nothing is on its way any more.
 */
export const tellWebhooks = (needs: SenderNeeds): (() => Promise<void>) => {
  const { store, accounts, webhooks, transport, clock, log } = needs;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** When a receiver that did not answer is tried again, and how often it was tried, by id. */
  const failed = new Map<string, { readonly atMs: number; readonly times: number }>();
  const busy = new Map<string, Promise<void>>();

  const send = async ({ id, url, secret }: Webhook, events: readonly StoredEvent[]): Promise<void> => {
    const untilMs = clock.nowMs() + SENDING_MS;
    for (const event of events) {
      const atMs = clock.nowMs();
      if (signal.aborted || atMs >= untilMs) return;
      const message = { url, secret, id: `${id}-${event.sequence}`, atMs, body: bodyOf(event) };
      const answer = await transport.send(message, signal);
      if (answer !== true) {
        if (signal.aborted) return;
        const times = (failed.get(id)?.times ?? 0) + 1;
        const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (times - 1), LONGEST_WAIT_MS);
        failed.set(id, { atMs: atMs + waitMs, times });
        if (times === 1) log.warn('a webhook does not answer', { webhook: id, reason: answer });
        return;
      }
      failed.delete(id);
      await webhooks.advance(id, event.sequence);
    }
  };

  const tell = async (webhook: Webhook): Promise<void> => {
    const turn = `webhook ${webhook.id}`;
    try {
      const page = await store.forTeam(webhook.team).read({ after: webhook.through, limit: PAGE });
      // Of several hubs on one database one tells; it loses its turn when it dies.
      if (page.events.length === 0 || !(await accounts.takeTurn(turn, LEASE))) return;
      try {
        await send(webhook, page.events);
      } finally {
        await accounts.giveTurnBack(turn, LEASE);
      }
    } catch (error) {
      log.warn(`a webhook waits: ${messageOf(error)}`, { webhook: webhook.id });
    }
  };

  /** Sees to it that every webhook that is due is being told. */
  const look = async (): Promise<void> => {
    const nowMs = clock.nowMs();
    for (const webhook of await webhooks.list()) {
      const { id } = webhook;
      if (busy.has(id) || (failed.get(id)?.atMs ?? 0) > nowMs) continue;
      const telling = tell(webhook).finally(() => busy.delete(id));
      busy.set(id, telling);
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look().catch((error: unknown) => log.warn(`webhooks wait: ${messageOf(error)}`));
      await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };

  void run();
  return async () => {
    stopping.abort();
    await Promise.all(busy.values());
  };
};

/** The event as it was sent, with what the hub knows of it. */
const bodyOf = ({ sequence, received_at, document }: StoredEvent): string =>
  `{"type":"event.stored","timestamp":"${received_at}","data":{"sequence":${sequence},"event":${document}}}`;

const LOOK_MS = 1000;
const PAGE = 100;
/** A hub sends for so long, and loses its turn some time after: a message may take ten seconds. */
const SENDING_MS = 30_000;
const LEASE = { burst: 1, everyMs: 60_000 };
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;
