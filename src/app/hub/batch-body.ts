import { isDocument, parseJson } from '../../domain/document.js';
import { BATCH } from '../../domain/hub/api.js';
import type { HubLimits } from './hub-limits.js';
import type { SentEvent } from './judge-event.js';
import { Refusal } from './problem.js';
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
): Promise<readonly SentEvent[]> => {
  const { excess, list } = scan(body, limits.batchValues);
  if (excess === 'depth') throw new Refusal('malformed-body', 'The body is nested too deeply.');
  if (excess === 'values')
    throw new Refusal('batch-too-large', `A batch holds at most ${limits.batchValues} values.`);
  await breather.pause();
  const rest = list === undefined ? body : `${body.slice(0, list.from)}[]${body.slice(list.to)}`;
  const batch = parseJson(rest);
  if (batch === undefined) throw NOT_JSON;
  if (list === undefined || !isDocument(BATCH, batch))
    throw new Refusal('malformed-body', 'The body has to be an object with a list named events.');
  const { elements } = list;
  if (elements.length > limits.batchEvents) {
    const many = `A batch holds at most ${limits.batchEvents} events; this one has ${elements.length}.`;
    throw new Refusal('batch-too-large', many);
  }
  const events: SentEvent[] = [];
  for (const { from, to, values } of elements) {
    const text = body.slice(from, to);
    const value = parseJson(text);
    if (value === undefined) throw NOT_JSON;
    events.push({ text: text.trim(), value, values });
    await breather.pause();
  }
  return events;
};

const NOT_JSON = new Refusal('malformed-body', 'The body is not JSON.');

/** The value of a JSON text; `undefined` when it is none, or too much to make a value of it. */
export const parseFrame = (text: string, maxValues: number): unknown =>
  scan(text, maxValues).excess === undefined ? parseJson(text) : undefined;

/** A list of the text, with what stands between its commas. */
interface EventList {
  readonly from: number;
  to: number;
  readonly elements: { readonly from: number; readonly to: number; readonly values: number }[];
}

interface Scanned {
  readonly excess?: 'depth' | 'values';
  readonly list?: EventList | undefined;
}

/**
 * Walks through a JSON text without making anything of it: how much is in it, and where the list named `events` of the
 * object that it is has its elements. It believes that the text is valid. Where it is not, the faults are in an element
 * or in what is left of the text without that list, and `JSON.parse` finds them there.
 */
const scan = (text: string, maxValues: number): Scanned => {
  let depth = 0;
  let values = 1;
  let key = '';
  let isEvents = false;
  let list: EventList | undefined;
  /** Whether the walk is in that list; where its present element began, and with how many values before it. */
  let isInList = false;
  let from = 0;
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (depth === 1) key = text.slice(at, end);
      at = end - 1;
    } else if (code === COLON && depth === 1) {
      isEvents = parseJson(key) === 'events';
      // Of a repeated key the last one counts, as in JSON.
      if (isEvents) list = undefined;
    } else if (code === COMMA) {
      if (depth === 1) isEvents = false;
      if (isInList && depth === 2) {
        list?.elements.push({ from, to: at, values: values - before });
        from = at + 1;
        before = values;
      }
      values++;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEEPEST) return { excess: 'depth' };
      if (depth === 2 && isEvents && code === OPEN_BRACKET) {
        list = { from: at, to: text.length, elements: [] };
        isInList = true;
        from = at + 1;
        before = values;
      }
      values++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (isInList && depth === 2 && list !== undefined) {
        isInList = false;
        if (list.elements.length > 0 || !BLANK.test(text.slice(from, at)))
          list.elements.push({ from, to: at, values: values - before });
        // What ends with another bracket leaves its own one in the rest.
        list.to = code === CLOSE_BRACKET ? at + 1 : list.from;
      }
      depth--;
    }
    if (values > maxValues) return { excess: 'values' };
  }
  return { list };
};

/** The place after the closing quote of the string that opens at `from`. */
const endOfString = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
};

/** Deeper than an event may be that is judged by itself, so that its own answer says what is wrong with it. */
const DEEPEST = 102;

/** As JSON has it: `trim` knows more of them. */
const BLANK = /^[ \t\r\n]*$/;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
