import { createHash, timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Histogram, register, Registry } from 'prom-client';
import { text } from '../../domain/document.js';
import { Refusal } from './problem.js';
import type { Calls, HubRequest } from './route.js';

export type HubMetrics = ReturnType<typeof hubMetrics>;

/**
 * What a hub measures of itself, for Prometheus. No label names a team, a user or a project: the numbers are of all
 * teams together, and a label for each would grow without end.
 */
export const hubMetrics = () => {
  const registry = new Registry();
  const named = (name: string, help: string) => ({ name: `${PREFIX}${name}`, help, registers: [registry] });
  return {
    /** Requests that were answered. `route`: the path of its entry in the table, `none` where there is none. */
    requests: new Histogram({
      ...named('http_request_duration_seconds', 'From the request to its answer.'),
      ...{ labelNames: ['method', 'route', 'status'], buckets: BUCKETS },
    }),
    appends: new Histogram({
      ...named('append_duration_seconds', 'How long the store took to keep events.'),
      buckets: BUCKETS,
    }),
    events: new Counter({
      ...named('events_total', 'Events that were answered, by batch and by socket.'),
      labelNames: ['status', 'code'],
    }),
    /** Something that is counted when somebody looks. */
    gauge: (name: string, help: string, count: () => number) =>
      new Gauge({
        ...named(name, help),
        collect: function () {
          this.set(count());
        },
      }),
    /** All of it, with what the process costs, in the text format of Prometheus. */
    text: async (): Promise<string> => {
      // The process is one, however many hubs it has; it is measured from the first look on.
      if (register.getMetricsAsArray().length === 0) collectDefaultMetrics();
      return Registry.merge([registry, register]).metrics();
    },
  };
};

const PREFIX = 'spec_kitty_hub_';

/** Seconds. */
const BUCKETS = [0.002, 0.01, 0.05, 0.25, 1, 5];

/** Without a token they are for whoever is on the machine of the hub; others hear that there is nothing. */
export const metricsCalls = (metrics: HubMetrics, token: string | undefined): Calls => ({
  'GET /metrics': {
    summary:
      'Tells a Prometheus server on this machine, or one with the token for it, what the hub measures.',
    answers: { [Registry.PROMETHEUS_CONTENT_TYPE]: text() },
    open: async (request) => {
      if (!isForMetrics(request, token)) throw new Refusal('not-found');
      return { status: 200, contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: await metrics.text() };
    },
  },
});

const isForMetrics = (request: HubRequest, token: string | undefined): boolean =>
  token === undefined ? request.isLocal : timingSafeEqual(digest(token), digest(request.token ?? ''));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
