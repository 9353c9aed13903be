import { err, ok, type Result } from '../../domain/result.js';
import { isBatchBody } from '../../domain/wire.js';
import { eventTexts } from './event-texts.js';
import type { HubLimits } from './hub-limits.js';
import type { Ingest } from './ingest.js';
import type { SentEvent } from './judge-event.js';
import { problem, type Problem } from './problem.js';
import { json, refuse, type Route } from './route.js';

/** Delivery of many events in one request. */
export const batchRoutes = (ingest: Ingest, limits: HubLimits): readonly Route[] => [
  {
    method: 'POST',
    path: '/api/v1/events/batch/',
    summary: 'Stores events and answers each of them by id, after they are on disk.',
    access: {
      kind: 'bearer',
      handle: async (request, bearer) => {
        const body = await request.readBody({
          compressedBytes: limits.batchCompressedBytes,
          rawBytes: limits.batchRawBytes,
        });
        if (!body.ok) return refuse(body.error);
        const events = parseBatch(body.value, limits.batchEvents);
        return events.ok
          ? json({ results: await ingest.take(bearer.team, events.value) })
          : refuse(events.error);
      },
    },
  },
];

/** The events of a batch body with their exact texts. What is wrong with a single event is not judged here. */
export const parseBatch = (body: string, maxEvents: number): Result<readonly SentEvent[], Problem> => {
  const parsed = parseJson(body);
  if (!parsed.ok) return err(problem('malformed-body', 'The body is not JSON.'));
  if (!isBatchBody(parsed.value)) {
    return err(problem('malformed-body', 'The body has to be an object with a list named events.'));
  }
  const values = parsed.value.events;
  if (values.length > maxEvents) {
    return err(
      problem('batch-too-large', `A batch holds at most ${maxEvents} events; this one has ${values.length}.`),
    );
  }
  const texts = eventTexts(body);
  return ok(values.map((value, at) => ({ value, text: texts[at] ?? JSON.stringify(value) })));
};

/** JSON or the fact that it is none. */
export const parseJson = (text: string): Result<unknown, 'not-json'> => {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return err('not-json');
  }
};
