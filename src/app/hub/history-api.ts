import { FLOW, HISTORY, HISTORY_QUERY } from '../../domain/hub/api.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellOf } from '../../domain/hub/board-event.js';
import { cycleTimesOf, flowOf, marked } from '../../domain/hub/history.js';
import type { EventStore, StoredEvent } from '../../ports/hub.js';
import { json, jsonOf, type HubRequest, type Route } from './route.js';

/** What has become of a feature or a work package over time; every answer is of the bearer's team alone. */
export const historyRoutes = (store: EventStore): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/v1/projects/{uuid}/features/{slug}/history/',
    summary:
      'Tells the history of a feature, or with `work_package` of one, in causal order; late and concurrent events are marked.',
    query: HISTORY_QUERY,
    answers: jsonOf(HISTORY),
    bearer: async (request, bearer) => {
      const place = placeOf(request);
      const workPackage = request.query.get('work_package') ?? undefined;
      const query = { ...place, workPackage, limit: TOLD_EVENTS };
      const page = await store.forTeam(bearer.team).eventsAbout(query);
      const own = page.events
        .map(placed)
        .filter(({ event }) => workPackage === undefined || cellOf(event).workPackage === workPackage);
      return json({
        entries: marked(own).map(({ sequence, receivedAtMs, late, concurrent, event }) => ({
          sequence,
          received_at: new Date(receivedAtMs).toISOString(),
          late,
          concurrent,
          event,
        })),
        more: page.more,
      });
    },
  },
  {
    method: 'GET',
    path: '/api/v1/projects/{uuid}/features/{slug}/flow/',
    summary:
      'Counts for each day how many work packages of a feature stood in each lane at its end, and how long they stayed in each.',
    answers: jsonOf(FLOW),
    bearer: async (request, bearer) => {
      const query = { ...placeOf(request), limit: COUNTED_EVENTS };
      const page = await store.forTeam(bearer.team).eventsAbout(query);
      const history = page.events.map(placed);
      return json({ days: flowOf(history), cycle_times: cycleTimesOf(history), more: page.more });
    },
  },
];

const TOLD_EVENTS = 500;
const COUNTED_EVENTS = 5000;

const placeOf = ({ params }: HubRequest) => ({
  project: (params['uuid'] ?? '').toLowerCase(),
  feature: params['slug'] ?? '',
});

const placed = (stored: StoredEvent) => ({
  ...stored,
  event: upcast(JSON.parse(stored.document) as EnvelopeDocument),
});
