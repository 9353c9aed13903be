import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import { isBatchBody } from '../../domain/wire.js';
import type { HubLimits } from './hub-limits.js';
import type { Ingest } from './ingest.js';
import type { SentEvent } from './judge-event.js';
import { problem } from './problem.js';
import type { Problem } from './problem.js';
import { json, refuse } from './route.js';
import type { Route } from './route.js';

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
const parseBatch = (body: string, maxEvents: number): Result<readonly SentEvent[], Problem> => {
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

/**
 * Cuts the exact text of every element of `events` out of a batch body, so that each document can be kept byte for
 * byte. The body has to be valid JSON and its top level an object that holds such a list; of a repeated key the last
 * one counts, as it does for `JSON.parse`.
 */
export const eventTexts = (body: string): readonly string[] => {
  let texts: readonly string[] = [];
  let at = skipSpace(body, skipSpace(body, 0) + 1);
  while (body.charCodeAt(at) === QUOTE) {
    const keyEnd = skipString(body, at);
    const isEvents = JSON.parse(body.slice(at, keyEnd)) === 'events';
    at = skipSpace(body, skipSpace(body, keyEnd) + 1);
    const end = skipValue(body, at);
    // Of a repeated key an earlier value need not be a list.
    if (isEvents) texts = body.charCodeAt(at) === OPEN_BRACKET ? elementTexts(body, at) : [];
    at = skipSpace(body, end);
    if (body.charCodeAt(at) === COMMA) at = skipSpace(body, at + 1);
  }
  return texts;
};

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const elementTexts = (body: string, list: number): readonly string[] => {
  const texts: string[] = [];
  let at = skipSpace(body, list + 1);
  while (at < body.length && body.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = skipValue(body, at);
    texts.push(body.slice(at, end));
    at = skipSpace(body, end);
    if (body.charCodeAt(at) === COMMA) at = skipSpace(body, at + 1);
  }
  return texts;
};

const skipSpace = (body: string, from: number): number => {
  let at = from;
  while (isSpace(body.charCodeAt(at))) at++;
  return at;
};

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The place after the closing quote of the string that opens at `from`. */
const skipString = (body: string, from: number): number => {
  let at = from;
  for (;;) {
    at = body.indexOf('"', at + 1);
    if (at < 0) return body.length;
    let escapes = 0;
    while (body.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
};

const skipValue = (body: string, from: number): number => {
  const first = body.charCodeAt(from);
  if (first === QUOTE) return skipString(body, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(body, from);
  let at = from;
  while (at < body.length && !endsScalar(body.charCodeAt(at))) at++;
  return at;
};

const endsScalar = (code: number): boolean =>
  code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);

const skipNested = (body: string, from: number): number => {
  let depth = 0;
  let at = from;
  while (at < body.length) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(body, at);
      continue;
    }
    at++;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return at;
};
