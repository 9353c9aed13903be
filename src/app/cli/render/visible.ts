/**
 * Makes text from elsewhere harmless for a terminal: every control character that could move the cursor, set the
 * title, hide or reorder text appears as an escape that a person can see, and so does every character that has no
 * picture: two texts that differ look different. Right-to-left marks stay, since titles need them; the characters that
 * override or isolate direction do not. Joiners stay inside emoji and in the scripts that are written with them, and so
 * does a selector of how an emoji looks. `line` also shows tabs and line breaks.
 */
export const makeVisible = (text: string, scope: 'text' | 'line' = 'text'): string =>
  HARMLESS.test(text)
    ? text
    : text.replace(scope === 'text' ? TEXT : LINE, (character) => escapeOf(character));

/** A JSON document that a terminal can show: the same characters are written as JSON's own escapes. */
export const toJsonDocument = (value: unknown): string => {
  const json = JSON.stringify(value, undefined, 2) ?? 'null';
  return json.replace(LINE, (character) => (character === '\n' ? character : jsonEscape(character)));
};

/** JSON text on one line that a terminal can show; what it says is the same. */
export const visibleJson = (line: string): string => line.replace(LINE, jsonEscape);

const jsonEscape = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${hex(unit, 4)}`)
    .join('');

const CONTROL = '\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\ufff9-\\ufffb\\p{Surrogate}';
const JOINED_SCRIPTS = 'Arab Syrc Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh'.split(' ');
const JOINED = `[${JOINED_SCRIPTS.map((script) => `\\p{Script=${script}}`).join('')}]`;
const PICTURE = '[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]';
/** What has no picture of its own, except for marks of direction and where it belongs to what stands before it. */
const WITHOUT_PICTURE = [
  '(?![\\u200c-\\u200f\\u061c\\ufe0e\\ufe0f])\\p{Default_Ignorable_Code_Point}',
  `\\u200c(?<!${JOINED}\\u200c)`,
  `\\u200d(?<!${JOINED}\\u200d)(?<!${PICTURE}\\u200d(?=\\p{Extended_Pictographic}))`,
  '[\\ufe0e\\ufe0f](?<![\\p{Emoji}][\\ufe0e\\ufe0f])',
].join('|');
/** The patterns below take half a millisecond to begin, which most texts do not need. */
const HARMLESS = /^[\x20-\x7e]*$/;
const TEXT = new RegExp(`[${CONTROL}]|${WITHOUT_PICTURE}`, 'gu');
const LINE = new RegExp(`[\\t\\n${CONTROL}]|${WITHOUT_PICTURE}`, 'gu');

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return NAMED[character] ?? (code <= 0xff ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);
};

const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');
