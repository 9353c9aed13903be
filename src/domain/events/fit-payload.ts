import { cutText, jsonLength } from './cut-text.js';
import { utf8Length } from './utf8-length.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Saves `excess` bytes of a payload: cuts its free texts, the longest first, and where that is not enough leaves out
 * the largest other values, which makes the payload invalid and is seen as such. Every cut is visible.
 */
export const fitPayload = (payload: Fields, freeKeys: readonly string[], excess: number): Fields => {
  const fitted = new Map(Object.entries(payload));
  let left = excess;
  const replace = (key: string, value: string): void => {
    left -= sizeOf(fitted.get(key)) - sizeOf(value);
    fitted.set(key, value);
  };
  for (const [key, value] of largestFirst(payload, (name) => freeKeys.includes(name))) {
    if (left > 0 && typeof value === 'string') {
      replace(key, cutText(value, Math.max(SMALLEST_CUT_BYTES, jsonLength(value) - left)));
    }
  }
  for (const [key, value] of largestFirst(payload, (name) => !freeKeys.includes(name))) {
    if (left > 0) replace(key, `[left out: ${sizeOf(value)} bytes]`);
  }
  return Object.fromEntries(fitted);
};

/** A free text is not cut below this many bytes while there are others to cut. */
const SMALLEST_CUT_BYTES = 512;

const largestFirst = (
  payload: Fields,
  isChosen: (key: string) => boolean,
): readonly (readonly [string, unknown])[] =>
  Object.entries(payload)
    .filter(([key]) => isChosen(key))
    .sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));

const sizeOf = (value: unknown): number => utf8Length(JSON.stringify(value) ?? '');
