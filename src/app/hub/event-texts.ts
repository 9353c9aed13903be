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
