import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import type { HttpReply } from './bounded-http.js';
import { printable, reasonIn } from './printable.js';
import { answersInDetails, answersInResults } from './answers.js';
import { retryAfterMs } from './retry-after.js';

/** What the table needs to know of the request. */
export interface SentBatch {
  readonly eventIds: readonly string[];
  /** Never repeated, even when the hub does. */
  readonly accessToken: string;
}

/** The contract's table: what a reply to a batch means. */
export const batchOutcome = (reply: HttpReply, sent: SentBatch, nowMs: number): BatchOutcome => {
  switch (reply.kind) {
    case 'answer':
      return fromStatus(reply, sent, nowMs);
    case 'oversized':
      return isTransient(reply.status)
        ? { outcome: 'unavailable', reason: `status ${reply.status}` }
        : {
            outcome: 'unexpected',
            reason: `status ${reply.status} with a body over ${reply.limitBytes} bytes`,
          };
    case 'garbled':
      return { outcome: 'unexpected', reason: reply.reason };
    case 'no-answer':
      return { outcome: 'unavailable', reason: reply.reason };
  }
};

/** Whether the status tells of trouble that passes by itself. */
export const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

type Answered = Extract<HttpReply, { readonly kind: 'answer' }>;

const fromStatus = (reply: Answered, sent: SentBatch, nowMs: number): BatchOutcome => {
  const { status, body } = reply;
  const secrets = [sent.accessToken];
  if (isTransient(status)) return unavailable(reply, secrets, nowMs);
  switch (status) {
    case 200: {
      const answers = answersInResults(body, sent.eventIds);
      return answers === undefined ? unexpected(reply, secrets) : { outcome: 'answered', answers };
    }
    case 400: {
      const answers = answersInDetails(body, sent.eventIds);
      if (answers.size > 0) return { outcome: 'refused-by-id', answers };
      return { outcome: 'refused-opaque', reason: reasonIn(body, secrets) || 'status 400' };
    }
    case 401:
      return { outcome: 'unauthorized' };
    case 403:
      return { outcome: 'forbidden', reason: reasonIn(body, secrets) || 'status 403' };
    case 412:
      return mismatch('The hub is older than this client expects: upgrade the hub', body, secrets);
    case 413:
      return { outcome: 'too-large' };
    case 426:
      return mismatch('The hub asks for a newer client: upgrade spec-kitty-sync', body, secrets);
    default:
      return unexpected(reply, secrets);
  }
};

const unavailable = (reply: Answered, secrets: readonly string[], nowMs: number): BatchOutcome => {
  const pause = retryAfterMs(reply.retryAfter, nowMs);
  const reason = withReason(`status ${reply.status}`, reasonIn(reply.body, secrets));
  return { outcome: 'unavailable', reason, ...(pause === undefined ? {} : { retryAfterMs: pause }) };
};

const mismatch = (sentence: string, body: string, secrets: readonly string[]): BatchOutcome => ({
  outcome: 'protocol-mismatch',
  reason: withReason(sentence, reasonIn(body, secrets)),
});

const unexpected = ({ status, body }: Answered, secrets: readonly string[]): BatchOutcome => {
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is refused' : '';
  return {
    outcome: 'unexpected',
    reason: withReason(`status ${status}${redirect}`, printable(body, secrets)),
  };
};

const withReason = (sentence: string, reason: string): string =>
  reason === '' ? sentence : `${sentence}: ${reason}`;
