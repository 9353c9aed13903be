import { err, ok, type Result } from '../../domain/result.js';
import { isDocument } from '../../domain/document.js';
import { BATCH } from '../../domain/hub/api.js';
import type { HubLimits } from './hub-limits.js';
import type { SentEvent } from './judge-event.js';
import { problem, type Problem } from './problem.js';
import type { Breather } from './turns.js';

/**
 * The events of a batch body with their exact texts, so that each document can be kept byte for byte. What is wrong
 * with a single event is not judged here. The text is walked through once before anything is made of it: some kilobytes
 * of brackets would otherwise take seconds to parse, and gigabytes to hold.
 */
export const parseBatch = async (
  body: string,
  limits: HubLimits,
  breather: Breather,
): Promise<Result<readonly SentEvent[], Problem>> => {
  const scan = new Scan(body, limits.batchValues);
  const list = scan.batch();
  if (scan.excess === 'depth') return err(problem('malformed-body', 'The body is nested too deeply.'));
  if (scan.excess === 'values')
    return err(problem('batch-too-large', `A batch holds at most ${limits.batchValues} values.`));
  await breather.pause();
  const rest = list === undefined ? body : `${body.slice(0, list.from)}[]${body.slice(list.to)}`;
  const parsed = parseJson(rest);
  if (!parsed.ok || list?.elements === 'malformed') return err(NOT_JSON);
  if (list === undefined || !isDocument(BATCH, parsed.value))
    return err(problem('malformed-body', 'The body has to be an object with a list named events.'));
  const { elements } = list;
  if (elements.length > limits.batchEvents) {
    const many = `A batch holds at most ${limits.batchEvents} events; this one has ${elements.length}.`;
    return err(problem('batch-too-large', many));
  }
  const events: SentEvent[] = [];
  for (const { from, to, values } of elements) {
    const text = body.slice(from, to);
    const value = parseJson(text);
    if (!value.ok) return err(NOT_JSON);
    events.push({ text, value: value.value, values });
    await breather.pause();
  }
  return ok(events);
};

const NOT_JSON = problem('malformed-body', 'The body is not JSON.');

/** A JSON text as a value, if it is not too much to make one of it. */
export const parseFrame = (text: string, maxValues: number): Result<unknown, 'unusable'> => {
  const scan = new Scan(text, maxValues);
  scan.value(0);
  if (scan.excess !== undefined) return err('unusable');
  const parsed = parseJson(text);
  return parsed.ok ? parsed : err('unusable');
};

/** JSON or the fact that it is none. */
export const parseJson = (text: string): Result<unknown, 'not-json'> => {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return err('not-json');
  }
};

interface Element {
  readonly from: number;
  readonly to: number;
  readonly values: number;
}

interface EventList {
  readonly from: number;
  readonly to: number;
  readonly elements: readonly Element[] | 'malformed';
}

/**
 * Walks through a JSON text without making anything of it, and finds where values begin and end. It believes that the
 * text is valid: what comes before the first fault it understands as `JSON.parse` does, which then stops at the fault.
 */
class Scan {
  readonly #text: string;
  readonly #maxValues: number;
  #values = 0;
  excess: 'depth' | 'values' | undefined;

  constructor(text: string, maxValues: number) {
    this.#text = text;
    this.#maxValues = maxValues;
  }

  /** The list named `events` of the object that the text is. Of a repeated key the last one counts, as in JSON. */
  batch(): EventList | undefined {
    let list: EventList | undefined;
    let at = this.#skipSpace(0);
    if (this.#text.charCodeAt(at) !== OPEN_BRACE) {
      this.value(at);
      return undefined;
    }
    at = this.#skipSpace(at + 1);
    while (this.#text.charCodeAt(at) === QUOTE && this.excess === undefined) {
      const keyEnd = this.#skipString(at);
      const key = parseJson(this.#text.slice(at, keyEnd));
      at = this.#skipSpace(this.#skipSpace(keyEnd) + 1);
      const isList = this.#text.charCodeAt(at) === OPEN_BRACKET;
      const isEvents = key.ok && key.value === 'events';
      if (isEvents && isList) list = this.#list(at);
      const end = isEvents && isList && list !== undefined ? list.to : this.value(at);
      if (isEvents && !isList) list = undefined;
      at = this.#skipSpace(end);
      if (this.#text.charCodeAt(at) === COMMA) at = this.#skipSpace(at + 1);
    }
    return list;
  }

  /** The place after the value that begins at `from`. */
  value(from: number): number {
    if (++this.#values > this.#maxValues) this.excess = 'values';
    const first = this.#text.charCodeAt(from);
    if (first === QUOTE) return this.#skipString(from);
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skipNested(from);
    let at = from;
    while (at < this.#text.length && !endsScalar(this.#text.charCodeAt(at))) at++;
    return at;
  }

  #list(from: number): EventList {
    const elements: Element[] = [];
    let at = this.#skipSpace(from + 1);
    if (this.#text.charCodeAt(at) === CLOSE_BRACKET) return { from, to: at + 1, elements };
    while (this.excess === undefined) {
      const before = this.#values;
      const to = this.value(at);
      elements.push({ from: at, to, values: this.#values - before });
      at = this.#skipSpace(to);
      const separator = this.#text.charCodeAt(at);
      if (separator === CLOSE_BRACKET) return { from, to: at + 1, elements };
      if (separator !== COMMA) break;
      at = this.#skipSpace(at + 1);
    }
    return { from, to: this.#text.length, elements: 'malformed' };
  }

  #skipSpace(from: number): number {
    let at = from;
    while (isSpace(this.#text.charCodeAt(at))) at++;
    return at;
  }

  /** The place after the closing quote of the string that opens at `from`. */
  #skipString(from: number): number {
    let at = from;
    for (;;) {
      at = this.#text.indexOf('"', at + 1);
      if (at < 0) return this.#text.length;
      let escapes = 0;
      while (this.#text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
      if (escapes % 2 === 0) return at + 1;
    }
  }

  #skipNested(from: number): number {
    const text = this.#text;
    let depth = 0;
    let at = from;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        at = this.#skipString(at);
        continue;
      }
      at++;
      if (code === COMMA) this.#values++;
      else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        this.#values++;
        if (++depth > DEEPEST) this.excess ??= 'depth';
      } else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at;
      if (this.#values > this.#maxValues) this.excess ??= 'values';
      if (this.excess !== undefined) return text.length;
    }
    return at;
  }
}

/** Deeper than an event may be that is judged by itself, so that its own answer says what is wrong with it. */
const DEEPEST = 100;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const endsScalar = (code: number): boolean =>
  code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
