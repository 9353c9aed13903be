import { MAX_DEPTH } from './check-json.js';

/**
 * The nearest value that JSON can hold, for keeping what is not valid: what JSON does not know becomes text, what is
 * nested too deeply or appears for a second time is left out, unpaired surrogates become the replacement character.
 */
export const toJson = (value: unknown): unknown => convert(value, 0, new Set());

const convert = (value: unknown, depth: number, seen: Set<object>): unknown => {
  switch (typeof value) {
    case 'string':
      return replaceUnpaired(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      return value === null ? null : convertContainer(value, depth, seen);
    default:
      return String(value);
  }
};

const convertContainer = (value: object, depth: number, seen: Set<object>): unknown => {
  if (depth >= MAX_DEPTH || seen.has(value)) return LEFT_OUT;
  seen.add(value);
  if (Array.isArray(value)) return Array.from(value, (item) => convert(item, depth + 1, seen));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [replaceUnpaired(key), convert(member, depth + 1, seen)]),
  );
};

const LEFT_OUT = '[left out]';
const UNPAIRED = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const replaceUnpaired = (text: string): string => text.replace(UNPAIRED, '\ufffd');
