import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { clampRetryAfter } from '../../domain/delivery/backoff.js';
import { MAX_COMPRESSED_BYTES } from '../../domain/delivery/batch-plan.js';
import {
  type Answer,
  answerOf,
  type Answers,
  type BatchOutcome,
  isReceipt,
} from '../../domain/delivery/outcome.js';
import { isFields, parseJson } from '../../domain/document.js';
import { normalizeEventId } from '../../domain/ids.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { type EventResult, isEventResult } from '../../domain/wire.js';
import type { BatchRequest, BatchTransport, OutgoingEvent, ReportRequest } from '../../ports/delivery.js';
import type { WallClock } from '../../ports/host.js';
import { HubClient, type HttpOptions, type HttpReply, reasonIn, statusAndReason } from './bounded-http.js';
import { printable } from './printable.js';

/** Batches over HTTP with got: gzip, one kept connection, every answer of the contract's table. */
export class GotBatchTransport extends HubClient implements BatchTransport {
  readonly #clock: WallClock;

  constructor({ clock, ...options }: HttpOptions & { readonly clock: WallClock }) {
    super(options);
    this.#clock = clock;
  }

  async send(request: BatchRequest, signal?: AbortSignal): Promise<BatchOutcome> {
    const { hub, accessToken, events, maxBodyBytes = MAX_COMPRESSED_BYTES } = request;
    const gzip = await bodyOf(events);
    if (gzip.length > maxBodyBytes) return { outcome: 'too-large' };
    const reply = await this.ask(hub, BATCHES, { accessToken, gzip }, signal);
    const eventIds = events.map((event) => event.eventId);
    return batchOutcome(reply, { eventIds, accessToken }, this.#clock.nowMs());
  }

  async probe(hub: HubAddress, signal?: AbortSignal): ReturnType<BatchTransport['probe']> {
    const health = await this.ask(hub, '/api/v1/sync/health/', {}, signal);
    if (health.kind !== 'answer') return { unreachable: health.reason };
    if (!ANSWERS_WITHOUT_HEALTH.has(health.status)) return { unreachable: `status ${health.status}` };
    if (saysHealth(health)) return 'reachable';
    // The one endpoint that every hub has, without a token.
    const reply = await this.ask(hub, BATCHES, { gzip: await bodyOf([]) }, signal);
    if (reply.kind !== 'answer') return { unreachable: reply.reason };
    if (isOfContract(reply)) return 'reachable';
    return { unreachable: `what answers there is no hub (status ${reply.status} for a batch)` };
  }

  async report({ hub, accessToken, report }: ReportRequest, signal?: AbortSignal): Promise<boolean> {
    const reply = await this.ask(hub, '/api/v1/machines/report/', { accessToken, json: report }, signal);
    return reply.kind === 'answer' && reply.status === 204;
  }
}

const BATCHES = '/api/v1/events/batch/';

const compress = promisify(gzip);

/** The documents go out as they were captured. */
const bodyOf = (events: readonly OutgoingEvent[]): Promise<Buffer> =>
  compress(`{"events":[${events.map(({ json }) => json).join(',')}]}`, { level: FASTEST });

// Level 1 takes a third of the time of the default and makes the body only an eighth larger.
const FASTEST = 1;

// A hub without the health endpoint is there all the same, but so is every proxy and every page of a hotel.
const ANSWERS_WITHOUT_HEALTH: ReadonlySet<number> = new Set([200, 204, 404, 405]);

const saysHealth = ({ status, body }: Answered): boolean => {
  const said = status === 200 ? parseJson(body) : undefined;
  return isFields(said) && typeof said['status'] === 'string';
};

/** Whether a batch without events and without a token was met as the contract has it. */
const isOfContract = ({ status, body }: Answered): boolean =>
  status === 401 ||
  (status === 200 && answersInResults(body, []) !== undefined) ||
  ((status === 400 || status === 403) && isFields(parseJson(body)));

/** What the table needs to know of the request. */
interface SentBatch {
  readonly eventIds: readonly string[];
  /** Never repeated, even when the hub does. */
  readonly accessToken: string;
}

type Answered = Extract<HttpReply, { readonly kind: 'answer' }>;

/** The contract's table: what a reply to a batch means. */
export const batchOutcome = (reply: HttpReply, sent: SentBatch, nowMs: number): BatchOutcome => {
  if (reply.kind !== 'answer')
    return { outcome: reply.kind === 'garbled' ? 'unexpected' : 'unavailable', reason: reply.reason };
  const { status, body } = reply;
  const answers = status === 200 ? answersInResults(body, sent.eventIds) : undefined;
  if (answers !== undefined) return { outcome: 'answered', answers };
  const secrets = [sent.accessToken];
  const said = reasonIn(body, secrets);
  // Trouble that passes by itself.
  if (status === 408 || status === 429 || status >= 500) {
    const pause = retryAfterMs(reply.retryAfter, nowMs);
    const reason = statusAndReason(`status ${status}`, said);
    return { outcome: 'unavailable', reason, ...(pause === undefined ? {} : { retryAfterMs: pause }) };
  }
  const mismatch = (sentence: string): BatchOutcome => ({
    outcome: 'protocol-mismatch',
    reason: statusAndReason(sentence, said),
  });
  switch (status) {
    case 400: {
      const named = answersInDetails(body, sent.eventIds);
      if (named.size > 0) return { outcome: 'refused-by-id', answers: named };
      return { outcome: 'refused-opaque', reason: said || 'status 400' };
    }
    case 401:
      return { outcome: 'unauthorized' };
    case 403:
      return { outcome: 'forbidden', reason: said || 'status 403' };
    case 412:
      return mismatch('The hub is older than this client expects: upgrade the hub');
    case 413:
      return { outcome: 'too-large' };
    case 426:
      return mismatch('The hub asks for a newer client: upgrade spec-kitty-sync');
    default: {
      const redirect = status >= 300 && status < 400 ? ', a redirect, which is refused' : '';
      const reason = statusAndReason(`status ${status}${redirect}`, printable(body, secrets));
      return { outcome: 'unexpected', reason };
    }
  }
};

/**
 * The pause that a hub asks for, in milliseconds, within the bounds that we accept; `undefined` when it asks for
 * none or in a way nobody understands. The header holds seconds or an HTTP date.
 */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clampRetryAfter(Number(text) * 1000);
  // Date.parse makes a year of a lone number; every HTTP date names its month.
  const dateMs = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : clampRetryAfter(dateMs - nowMs);
};

/**
 * The answers in the body of a 200, by the ids that were sent; `undefined` when the body is not of the contract.
 * Lines about other ids, and lines that say nothing, count for nothing.
 */
const answersInResults = (body: string, sentIds: readonly string[]): Answers | undefined => {
  const document = parseJson(body);
  if (!isFields(document) || !Array.isArray(document['results'])) return undefined;
  return collect(document['results'].filter(isEventResult), sentIds);
};

/**
 * The events that the body of a 400 names, each with its reason. `details` is a list, or a string that holds a list
 * as JSON. Empty when it names none of those that were sent.
 */
const answersInDetails = (body: string, sentIds: readonly string[]): Answers => {
  const document = parseJson(body);
  const details = isFields(document) ? document['details'] : undefined;
  const list = typeof details === 'string' ? parseJson(details) : details;
  if (!Array.isArray(list)) return new Map();
  const lines = list.filter(isFields).map((entry): EventResult => {
    const reason = [entry['error_message'], entry['error'], entry['reason']].find(
      (each) => typeof each === 'string',
    );
    return {
      ...entry,
      event_id: String(entry['event_id']),
      status: 'rejected',
      error_message: (reason as string | undefined) ?? null,
      error: null,
    };
  });
  return collect(lines, sentIds);
};

/** Where a hub contradicts itself about an event, a receipt wins: it claims to have the event on disk. */
const collect = (lines: readonly EventResult[], sentIds: readonly string[]): Answers => {
  // However the hub spells an id: one that was sent just so means itself.
  const sent = new Map([
    ...sentIds.map((id) => [canonical(id), id] as const),
    ...sentIds.map((id) => [id, id] as const),
  ]);
  const answers = new Map<string, Answer>();
  for (const line of lines) {
    const id = sent.get(line.event_id) ?? sent.get(canonical(line.event_id));
    const earlier = id === undefined ? undefined : answers.get(id);
    if (id !== undefined && (earlier === undefined || !isReceipt(earlier))) answers.set(id, answerOf(line));
  }
  return answers;
};

const canonical = (eventId: string): string => normalizeEventId(eventId) ?? eventId;
