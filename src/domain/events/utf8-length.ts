/** Number of bytes of a text in UTF-8; an unpaired surrogate counts as the replacement character that encoders write. */
export const utf8Length = (text: string): number => {
  let bytes = text.length;
  if (!BEYOND_ASCII.test(text)) return bytes;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) bytes += unit < 0x800 ? 1 : 2;
    // Two units become four bytes.
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) index++;
  }
  return bytes;
};

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
  let left = maxBytes - jsonLength(mark);
  let end = 0;
  for (const character of text) {
    left -= jsonLength(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end) + mark;
};
