import { createHash, timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Histogram, register, Registry } from 'prom-client';
import { text } from '../../domain/document.js';
import { problem } from './problem.js';
import { refuse, type HubRequest, type Route } from './route.js';

/**
 * What a hub measures of itself, for Prometheus. No label names a team, a user or a project: the numbers are of all
 * teams together, and a label for each would grow without end.
 */
export class HubMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#histogram('http_request_duration_seconds', 'From the request to its answer.', [
    'method',
    'route',
    'status',
  ]);
  readonly #commits = this.#histogram(
    'append_duration_seconds',
    'How long the store took to keep events.',
    [],
  );
  readonly #events = new Counter({
    name: `${PREFIX}events_total`,
    help: 'Events that were answered, by batch and by socket.',
    labelNames: ['status', 'code'],
    registers: [this.#registry],
  });

  /** A request was answered. `route`: the path of its entry in the table, `none` where there is none. */
  answered(
    labels: { readonly method: string; readonly route: string; readonly status: number },
    ms: number,
  ): void {
    this.#requests.observe(labels, ms / 1000);
  }

  /** An event was answered. */
  judged(status: string, code: string): void {
    this.#events.inc({ status, code });
  }

  /** Measures how long the store takes. */
  async append<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#commits.startTimer();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Something that is counted when somebody looks. */
  gauge(name: string, help: string, count: () => number): void {
    const registers = [this.#registry];
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers,
      collect: function () {
        this.set(count());
      },
    });
  }

  /** All of it, with what the process costs, in the text format of Prometheus. */
  async text(): Promise<string> {
    // The process is one, however many hubs it has; it is measured from the first look on.
    if (register.getMetricsAsArray().length === 0) collectDefaultMetrics();
    return Registry.merge([this.#registry, register]).metrics();
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({
      name: `${PREFIX}${name}`,
      help,
      labelNames: [...labelNames],
      buckets: BUCKETS,
      registers: [this.#registry],
    });
  }
}

const PREFIX = 'spec_kitty_hub_';

/** Seconds. */
const BUCKETS = [0.002, 0.01, 0.05, 0.25, 1, 5];

/** Without a token they are for whoever is on the machine of the hub; others hear that there is nothing. */
export const metricsRoutes = (metrics: HubMetrics, token: string | undefined): readonly Route[] => [
  {
    method: 'GET',
    path: '/metrics',
    summary:
      'Tells a Prometheus server on this machine, or one with the token for it, what the hub measures.',
    answers: { [Registry.PROMETHEUS_CONTENT_TYPE]: text() },
    refuses: ['not-found'],
    open: async (request) =>
      isForMetrics(request, token)
        ? { status: 200, contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: await metrics.text() }
        : refuse(problem('not-found')),
  },
];

const isForMetrics = (request: HubRequest, token: string | undefined): boolean =>
  token === undefined ? request.isLocal : timingSafeEqual(digest(token), digest(request.token ?? ''));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
