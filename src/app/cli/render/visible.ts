/**
 * Makes text from elsewhere harmless for a terminal: every control character that could move the cursor, set the
 * title, hide or reorder text appears as an escape that a person can see. Right-to-left marks stay, since titles
 * need them; the characters that override or isolate direction do not. `line` also shows tabs and line breaks.
 */
export const makeVisible = (text: string, scope: 'text' | 'line' = 'text'): string =>
  text.replace(scope === 'text' ? TEXT : LINE, (character) => escapeOf(character));

/** A JSON document that a terminal can show: the same characters are written as JSON's own escapes. */
export const toJsonDocument = (value: unknown): string => {
  const json = JSON.stringify(value, undefined, 2) ?? 'null';
  return json.replace(LINE, (character) => (character === '\n' ? character : jsonEscape(character)));
};

/** The same on one line. */
export const toJsonLine = (value: unknown): string => visibleJson(JSON.stringify(value) ?? 'null');

/** JSON text on one line that a terminal can show; what it says is the same. */
export const visibleJson = (line: string): string => line.replace(LINE, jsonEscape);

const jsonEscape = (character: string): string => `\\u${hex(character, 4)}`;

const UNSAFE = '\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufff9-\\ufffb\\p{Surrogate}';
const TEXT = new RegExp(`[${UNSAFE}]`, 'gu');
const LINE = new RegExp(`[\\t\\n${UNSAFE}]`, 'gu');

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const escapeOf = (character: string): string =>
  NAMED[character] ??
  (character.charCodeAt(0) <= 0xff ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);

const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');
