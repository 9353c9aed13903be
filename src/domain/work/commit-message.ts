import { asOneLine } from './markdown.js';

/**
 * First line of a commit of ours. It keeps to the rules that most projects hold their commits to (config-conventional):
 * a type, a description that begins with a small letter, no full stop at the end, and no more characters than fit.
 */
export const commitSubject = (description: string, feature?: string): string => {
  const what = shortened(
    asOneLine(description),
    MAX_SUBJECT - TYPE.length - (feature === undefined ? 0 : LEAST),
  );
  if (feature === undefined) return TYPE + what;
  return `${TYPE}${what} (${shortened(asOneLine(feature), MAX_SUBJECT - TYPE.length - what.length - ' ()'.length)})`;
};

/** Many names are counted instead. */
export const namesOrCount = (names: readonly string[], noun: string): string =>
  names.length > MOST_NAMES ? `${names.length} ${noun}` : names.join(', ');

const TYPE = 'chore: ';
const MAX_SUBJECT = 100;
/** What a long description leaves to the feature, its brackets included. */
const LEAST = 24;
const MOST_NAMES = 6;

const shortened = (text: string, length: number): string => {
  if (text.length <= length) return text;
  // No half of a character at the end.
  const short = text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '');
  return `${short.trimEnd()}…`;
};
