import { isPairAt, utf8Length } from './utf8-length.js';

/** Length of a text as it stands in a JSON document, in bytes, without the quotes. */
export const jsonLength = (text: string): number => utf8Length(JSON.stringify(text)) - 2;

/**
 * Cuts a text so that it takes at most `maxBytes` inside a JSON document, and says so at the end together with the
 * original length in characters. Never splits a character. A text that fits stays as it is.
 */
export const cutText = (text: string, maxBytes: number): string => {
  if (jsonLength(text) <= maxBytes) return text;
  const mark = ` … [cut: ${characterCount(text)} characters originally]`;
  return text.slice(0, fittingPrefix(text, Math.max(0, maxBytes - jsonLength(mark)))) + mark;
};

/** Number of UTF-16 units of the longest prefix of whole characters that fits. */
const fittingPrefix = (text: string, maxBytes: number): number => {
  let bytes = 0;
  let index = 0;
  while (index < text.length) {
    const width = isPairAt(text, index) ? 2 : 1;
    bytes += jsonLength(text.slice(index, index + width));
    if (bytes > maxBytes) break;
    index += width;
  }
  return index;
};

const characterCount = (text: string): number => {
  let count = 0;
  for (let index = 0; index < text.length; index += isPairAt(text, index) ? 2 : 1) count++;
  return count;
};
