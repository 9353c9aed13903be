import { BATCH, BATCH_RESULTS } from '../../domain/hub/api.js';
import { parseBatch } from './batch-body.js';
import type { HubLimits } from './hub-limits.js';
import type { Ingest } from './ingest.js';
import { problem } from './problem.js';
import { json, jsonOf, refuse } from './route.js';
import type { Route } from './route.js';
import type { Turns } from './turns.js';

/** Delivery of many events in one request. */
export const batchRoutes = (ingest: Ingest, turns: Turns, limits: HubLimits): readonly Route[] => [
  {
    method: 'POST',
    path: '/api/v1/events/batch/',
    summary: 'Stores events and answers each of them by id, after they are on disk.',
    body: BATCH,
    answers: jsonOf(BATCH_RESULTS),
    refuses: ['batch-too-large'],
    bearer: async (request, bearer) => {
      const body = await request.readBody({
        compressedBytes: limits.batchCompressedBytes,
        rawBytes: limits.batchRawBytes,
        holder: bearer.team,
      });
      if (!body.ok) return refuse(body.error);
      const answer = await turns.take(bearer.team, async (breather) => {
        const text = body.value.decode();
        if (!text.ok) return refuse(text.error);
        await breather.pause();
        const events = await parseBatch(text.value, limits, breather);
        return events.ok
          ? json({ results: await ingest.take(bearer.team, events.value, breather) })
          : refuse(events.error);
      });
      return answer === 'full' ? refuse(tooManyAtOnce()) : answer;
    },
  },
];

/** More than the hub can hold until their turn comes. */
const tooManyAtOnce = () =>
  problem('too-many-requests', 'Too many batches of the team wait.', { headers: { 'retry-after': '2' } });
