import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { EVENT_LINE, factSource } from './ours.mjs';

/** Events of a batch. */
export const EVENTS = 1000;

const LANES = ['planned', 'doing', 'for_review', 'done'];
const template = JSON.parse(EVENT_LINE);

export const PROJECT = template.project_uuid;

/** Makes batches of transitions whose clocks rise from one call to the next, over work packages and machines of a project. */
export const transitions = (ours) => {
  const next = factSource(ours);
  let made = 0;
  const makeEvent = ({ project = PROJECT, workPackages = 150, nodes = 8 }) => {
    const at = ++made;
    const wp_id = `WP${String((at % workPackages) + 1).padStart(2, '0')}`;
    const step = Math.floor(at / workPackages) % 3;
    return {
      ...template,
      event_id: next().event.event_id,
      event_type: 'WPStatusChanged',
      aggregate_id: wp_id,
      node_id: `aaaaaaaaaa${String(at % nodes).padStart(2, '0')}`,
      lamport_clock: 1000 + at,
      project_uuid: project,
      payload: {
        ...{ wp_id, previous_status: LANES[step], new_status: LANES[step + 1], changed_by: 'agent-claude' },
        ...{ feature_slug: '032-identity-aware-cli-event-sync', note: 'What was done, and why. '.repeat(8) },
      },
    };
  };
  return ({ late = 0, events = EVENTS, ...how } = {}) =>
    Array.from({ length: events }, (_, at) =>
      at < late ? { ...makeEvent(how), node_id: 'cccccccccccc', lamport_clock: 1 + at } : makeEvent(how),
    );
};

/** The body of a batch: its bytes, and what they are. */
export const zipped = (events) => ({
  body: gzipSync(JSON.stringify({ events }), { level: 1 }),
  headers: { 'content-encoding': 'gzip' },
});
export const plain = (events) => ({ body: Buffer.from(JSON.stringify({ events })), headers: {} });

/** Posts a batch, all of which has to be taken. */
export const postBatch = (url, { body, headers }, { token, agent }) =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1/events/batch/`, {
      method: 'POST',
      agent,
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': body.length,
      },
    });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject).end(body);
  });
