import { isFields } from '../document.js';
import type { LineEnding } from './markdown.js';

/** A member of a JSON object, with the place of its value in the text. */
interface JsonMember {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The place of a JSON object in a text, and of its members, in their order. */
interface JsonObjectRange {
  readonly open: number;
  /** Of the closing brace. */
  readonly close: number;
  readonly members: readonly JsonMember[];
}

/** The object that begins at or after `from`. The text has to be valid JSON already. */
export const jsonObjectAt = (text: string, from: number): JsonObjectRange => {
  const open = text.indexOf('{', from);
  const members: JsonMember[] = [];
  let at = skipBlanks(text, open + 1);
  while (at < text.length && text[at] !== '}') {
    const keyEnd = endOfValue(text, at);
    const valueStart = skipBlanks(text, text.indexOf(':', keyEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ key: String(JSON.parse(text.slice(at, keyEnd))), valueStart, valueEnd });
    at = skipBlanks(text, valueEnd);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
  return { open, close: at, members };
};

/** The text with one more member at the end of an object, in the layout of the members that are there. */
export const insertJsonMember = (
  text: string,
  object: JsonObjectRange,
  member: { readonly key: string; readonly json: string },
  layout: { readonly indent: string; readonly closeIndent: string; readonly eol: LineEnding },
): string => {
  const entry = `${JSON.stringify(member.key)}: ${member.json}`;
  const last = object.members.at(-1);
  if (last === undefined) {
    const inside = `${layout.eol}${layout.indent}${entry}${layout.eol}${layout.closeIndent}`;
    return text.slice(0, object.open + 1) + inside + text.slice(object.close);
  }
  const isSpread = text.slice(object.open, object.close).includes('\n');
  const gap = isSpread ? `${layout.eol}${layout.indent}` : ' ';
  return `${text.slice(0, last.valueEnd)},${gap}${entry}${text.slice(last.valueEnd)}`;
};

/** The white space in front of an object's first member, when it stands on a line of its own. */
export const memberIndent = (text: string, object: JsonObjectRange): string | undefined =>
  /^[ \t]*\r?\n(?:[ \t]*\r?\n)*([ \t]*)\S/.exec(text.slice(object.open + 1, object.close))?.[1];

/** A JSON value with the keys of every object in it in the order of their texts. */
export const sortedKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isFields(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortedKeys(inner)]));
};

const skipBlanks = (text: string, from: number): number => {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
};

const endOfValue = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    const isOver = depth === 0 && (character === '"' || character === '}' || character === ']');
    if (isOver) return at + 1;
    if (depth === 0 && /[\s,:}\]]/.test(text[at + 1] ?? ',')) return at + 1;
  }
  return text.length;
};

/** Place of the closing quote. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
};
