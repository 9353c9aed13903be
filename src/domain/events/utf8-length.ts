/** Number of bytes of a text in UTF-8; an unpaired surrogate counts as the replacement character that encoders write. */
export const utf8Length = (text: string): number => {
  let bytes = text.length;
  if (!BEYOND_ASCII.test(text)) return bytes;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) bytes += unit < 0x800 ? 1 : 2;
    // Two units become four bytes.
    if (isPairAt(text, index)) index++;
  }
  return bytes;
};

/** Whether a surrogate pair, one character of two units, begins at `index`. */
export const isPairAt = (text: string, index: number): boolean =>
  (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;

/** Whether every surrogate of the text has its partner, so that the text survives UTF-8. */
export const isWellFormed = (text: string): boolean => !UNPAIRED.test(text);

/** The text with a replacement character for every surrogate without a partner. */
export const wellFormed = (text: string): string => text.replace(EVERY_UNPAIRED, '\ufffd');

/** In Unicode mode a pair is one character of another kind, so that only the unpaired ones are left to match. */
const UNPAIRED = /\p{Surrogate}/u;
const EVERY_UNPAIRED = /\p{Surrogate}/gu;

/** Nearly no document has any; an expression sees that three times as fast as a loop. */
const BEYOND_ASCII = /[^\t\n\r -~]/;

/** Length of a text as it stands in a JSON document, in bytes, without the quotes. */
export const jsonLength = (text: string): number => utf8Length(JSON.stringify(text)) - 2;

/**
 * Cuts a text so that it takes at most `maxBytes` inside a JSON document, and says so at the end together with the
 * original length in characters. Never splits a character. A text that fits stays as it is.
 */
export const cutText = (text: string, maxBytes: number): string => {
  if (jsonLength(text) <= maxBytes) return text;
  const mark = ` … [cut: ${[...text].length} characters originally]`;
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
