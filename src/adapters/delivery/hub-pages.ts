import { flag, isDocument, list, number, object, parseJson, text } from '../../domain/document.js';
import type {
  EventReader,
  NoPage,
  ReadAnswer,
  ReadRequest,
  ReceiptAnswer,
  ReceiptReader,
  ReceiptRequest,
} from '../../ports/delivery.js';
import { HubClient, type HttpReply, reasonIn, statusAndReason } from './bounded-http.js';

/** `GET /api/v1/receipts/` with got. */
export class GotReceiptReader extends HubClient implements ReceiptReader {
  async read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer> {
    const { after, projectUuid, hub, accessToken } = request;
    const path = `/api/v1/receipts/?project=${encodeURIComponent(projectUuid)}&after=${after}&limit=${PAGE}`;
    const reply = await this.ask(hub, path, { accessToken }, signal);
    const page = parsed(reply, RECEIPTS, after);
    if (saysOtherHistory(reply)) return { answer: 'unavailable', reason: 'the hub was restored meanwhile' };
    if (page === undefined) return noPage(reply, 'receipts', accessToken);
    const { receipts, next, more } = page;
    return { answer: 'page', eventIds: receipts.map(({ event_id: id }) => id), next, more };
  }
}

/** `GET /api/v1/events/` with got. */
export class GotEventReader extends HubClient implements EventReader {
  async read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer> {
    const { hub, accessToken, after, projectUuid, history } = request;
    const project = projectUuid === undefined ? '' : `&project=${encodeURIComponent(projectUuid)}`;
    const of = history === undefined ? '' : `&history=${encodeURIComponent(history)}`;
    const path = `/api/v1/events/?after=${encodeURIComponent(String(after))}&limit=${PAGE}${project}${of}`;
    const reply = await this.ask(hub, path, { accessToken }, signal);
    const page = parsed(reply, EVENTS, typeof after === 'number' ? after : 0);
    if (page !== undefined) return { answer: 'page', events: page.events, next: page.next, more: page.more };
    if (saysOtherHistory(reply)) return { answer: 'other-history' };
    const isUnknown = reply.kind === 'answer' && reply.status === 400 && typeof after === 'string';
    return isUnknown ? { answer: 'unknown-event' } : noPage(reply, 'events', accessToken);
  }
}

/** Entries of a page. */
const PAGE = 1000;

const any = (): boolean => true;
const WHERE_TO_GO_ON = { next: number('must be a number', any), more: flag() };
const RECEIPTS = object({ receipts: list(object({ event_id: text() })), ...WHERE_TO_GO_ON });
const EVENTS = object({
  events: list(object({ sequence: number('must be a number', any), event: object({}) })),
  ...WHERE_TO_GO_ON,
});

/** The page in a reply, if it is one. A cursor that does not move on would be asked for ever: such an answer is none. */
const parsed = <D extends typeof RECEIPTS | typeof EVENTS>(
  reply: HttpReply,
  description: D,
  after: number,
) => {
  const body = reply.kind === 'answer' && reply.status === 200 ? parseJson(reply.body) : undefined;
  if (!isDocument(description, body)) return undefined;
  return body.more && body.next <= after ? undefined : body;
};

const saysOtherHistory = (reply: HttpReply): boolean => reply.kind === 'answer' && reply.status === 409;

const noPage = (reply: HttpReply, what: string, accessToken: string): NoPage => {
  if (reply.kind !== 'answer') return { answer: 'unavailable', reason: reply.reason };
  const { status, body } = reply;
  if (status === 401) return { answer: 'unauthorized' };
  if (status === 404 || status === 405) return { answer: 'unsupported' };
  const reason =
    status === 200
      ? `an answer that is no list of ${what}`
      : statusAndReason(`status ${status}`, reasonIn(body, [accessToken]));
  return { answer: 'unavailable', reason };
};
