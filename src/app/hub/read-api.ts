import * as api from '../../domain/hub/api.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellOf } from '../../domain/hub/board-event.js';
import type { AgentUsage } from '../../domain/hub/cell-state.js';
import { cycleTimesOf, flowOf, marked } from '../../domain/hub/history.js';
import { joinRows, usageOfFeature } from '../../domain/hub/usage-of.js';
import type { Bearer, EventPage, EventQuery, EventStore, StoredEvent, TeamEvents } from '../../ports/hub.js';
import { normalizeEventId } from '../../domain/ids.js';
import type { HubParts } from './hub-parts.js';
import { later, Refusal } from './problem.js';
import { json, JSON_TYPE, jsonOf, type Answer, type Calls, type HubRequest } from './route.js';

/** Reading what is stored: every answer is of the bearer's team alone. */
export const readCalls = ({ store }: HubParts): Calls => ({
  'GET /api/v1/events/': {
    summary:
      'Lists events after a cursor, a sequence number or the id of an event, in the order in which they were stored.',
    query: api.EVENTS_QUERY,
    answers: { ...jsonOf(api.EVENTS), [LINES_TYPE]: api.STORED_EVENT },
    bearer: fromCursor(store, async (events, query, { headers }) => {
      const page = await events.read({ ...query, bytes: LARGEST_PAGE_BYTES });
      return headers.accept?.includes(LINES_TYPE) === true ? asLines(page) : asDocument(page, store.history);
    }),
  },
  'GET /api/v1/receipts/': {
    summary: 'Lists the ids of stored events after a cursor.',
    query: api.EVENTS_QUERY,
    answers: jsonOf(api.RECEIPTS),
    bearer: fromCursor(store, async (events, query) => {
      const { receipts, next, more } = await events.receipts(query);
      const told = receipts.map(({ eventId, sequence }) => ({ event_id: eventId, sequence }));
      return json({ receipts: told, next, more, history: store.history });
    }),
  },
  'GET /api/v1/projects/': {
    summary: 'Lists projects with the freshness of each machine; of a long list `next` leads on.',
    query: api.PAGE_QUERY,
    answers: jsonOf(api.PROJECTS),
    bearer: async ({ query: { after = '' } }, { team }) =>
      json(await store.forTeam(team).projects({ after, limit: LISTED_MACHINES })),
  },
  'GET /api/v1/projects/{uuid}/board/': {
    summary:
      'Shows the features of a project with the state of their work packages; of a large board `next` leads on.',
    query: api.BOARD_QUERY,
    answers: jsonOf(api.BOARD),
    bearer: async (request, { team }) => {
      const query = boardQuery(request);
      const page = await store.forTeam(team).board(query);
      if (page === 'behind') throw BOARD_BEHIND;
      return json({ project_uuid: query.project, ...page });
    },
  },
  'GET /api/v1/projects/{uuid}/usage/': {
    summary:
      'Sums what runs of agents took, as they report it, by feature, agent and day; `feature` asks for one. What no run said is `null`. Of a large project `next` leads on, and a feature may go on there.',
    query: api.BOARD_QUERY,
    answers: jsonOf(api.USAGE),
    bearer: async (request, { team }) => {
      const query = boardQuery(request);
      const events = store.forTeam(team);
      const byFeature = new Map<string, readonly AgentUsage[]>();
      let { after } = query;
      for (let seen = 0; seen < SEEN_AT_ONCE;) {
        const page = await events.board({ ...query, after, bytes: BOARD_BYTES });
        if (page === 'behind') throw BOARD_BEHIND;
        for (const each of page.features) {
          seen += 1 + each.work_packages.length;
          const rows = [...(byFeature.get(each.feature_slug) ?? []), ...usageOfFeature(each)];
          byFeature.set(each.feature_slug, joinRows(rows));
        }
        after = page.next ?? '';
        if (after === '') break;
      }
      return json({
        project_uuid: query.project,
        usage: [...byFeature].flatMap(([slug, rows]) => rows.map((row) => ({ feature_slug: slug, ...row }))),
        next: after === '' ? undefined : after,
      });
    },
  },
  'GET /api/v1/projects/{uuid}/features/{slug}/history/': {
    summary:
      'Tells the history of a feature, or with `work_package` of one, in causal order; late and concurrent events are marked.',
    query: api.HISTORY_QUERY,
    answers: jsonOf(api.HISTORY),
    bearer: async (request, { team }) => {
      const { work_package: workPackage } = request.query;
      const query = { ...placeOf(request), workPackage, limit: TOLD_EVENTS };
      const page = await store.forTeam(team).eventsAbout(query);
      const own = page.events
        .map(placed)
        .filter(({ event }) => workPackage === undefined || cellOf(event).workPackage === workPackage);
      return json({
        entries: marked(own).map(({ sequence, received_at, late, concurrent, event }) => ({
          ...{ sequence, received_at, late, concurrent, event },
        })),
        more: page.more,
      });
    },
  },
  'GET /api/v1/projects/{uuid}/features/{slug}/flow/': {
    summary:
      'Counts for each day how many work packages of a feature stood in each lane at its end, and how long they stayed in each.',
    answers: jsonOf(api.FLOW),
    bearer: async (request, { team }) => {
      const query = { ...placeOf(request), limit: COUNTED_EVENTS };
      const { events, more } = await store.forTeam(team).eventsAbout(query);
      const history = events.map(placed);
      return json({ days: flowOf(history), cycle_times: cycleTimesOf(history), more });
    },
  },
});

const LINES_TYPE = 'application/x-ndjson';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;
const LARGEST_PAGE_BYTES = 2 * 1024 * 1024;
export const LISTED_MACHINES = 2000;

/**
 * Work packages of an answer that goes through boards, about: it ends with the page of a board that reaches the number.
 * `BOARD_BYTES`: how large such a page may be.
 */
export const SEEN_AT_ONCE = 2000;
export const BOARD_BYTES = 512 * 1024;

/** A board is being folded: the reader is to come again. */
export const BOARD_BEHIND = later('board-behind', 'Events that came late are being given their places.', 2);

const ANOTHER_HISTORY = new Refusal(
  'history-changed',
  'The cursor is of another history. Read from the beginning, and offer again what the hub has lost.',
);

/** A call about the events after a cursor: parameters that are as described, held against the log. */
const fromCursor =
  (
    store: EventStore,
    tell: (events: TeamEvents, query: EventQuery, request: HubRequest) => Promise<Answer>,
  ) =>
  async (request: HubRequest, { team }: Bearer): Promise<Answer> => {
    const { history = '', after: cursor = '', limit = '', project } = request.query;
    if (history !== '' && history !== store.history) throw ANOTHER_HISTORY;
    const events = store.forTeam(team);
    const eventId = normalizeEventId(cursor);
    const after = eventId === undefined ? Number(cursor) : await events.sequenceOf(eventId);
    if (after === undefined)
      throw new Refusal('malformed-query', 'after has to be the id of an event of the team.');
    // A number that was never given here is one of another history.
    if (after > 0 && after > (await events.position()).sequence) throw ANOTHER_HISTORY;
    const most = Math.min(Number(limit) || DEFAULT_PAGE, LARGEST_PAGE);
    return tell(events, { after, limit: most, project: project?.toLowerCase() }, request);
  };

const asDocument = (page: EventPage, history: string): Answer => ({
  status: 200,
  contentType: JSON_TYPE,
  body: `{"events":[${page.events.map(eventText).join(',')}],"next":${page.next},"more":${String(page.more)},"history":${JSON.stringify(history)}}`,
});

const asLines = (page: EventPage): Answer => ({
  status: 200,
  contentType: LINES_TYPE,
  body: page.events
    .map((event) => `${eventText({ ...event, document: onOneLine(event.document) })}\n`)
    .join(''),
});

/** The stored document goes out as it came in; only what the hub knows about it is put around it. */
const eventText = (event: StoredEvent): string =>
  `{"sequence":${event.sequence},"received_at":"${event.received_at}","known":${String(event.known)},"event":${event.document}}`;

/** Line breaks can only stand between the tokens of a JSON document, never inside of one. */
const onOneLine = (document: string): string => document.replaceAll(/[\r\n]+/g, ' ');

const TOLD_EVENTS = 500;
const COUNTED_EVENTS = 5000;

const placeOf = ({ params: { uuid = '', slug = '' } }: HubRequest) => ({
  project: uuid.toLowerCase(),
  feature: slug,
});

const boardQuery = ({ params: { uuid = '' }, query: { feature, after = '' } }: HubRequest) => ({
  project: uuid.toLowerCase(),
  ...{ feature, after },
});

const placed = (stored: StoredEvent) => ({
  ...stored,
  event: upcast(JSON.parse(stored.document) as EnvelopeDocument),
});
