/**
 * How many columns a terminal uses for the text: none for combining marks and colour sequences, two for East Asian
 * wide characters and emoji. Exact enough for tables and help. The segmenter takes 9 ms to begin, which a text of
 * characters that stand alone and are one column wide does not need.
 */
export const stringWidth = (text: string): number => {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text.replace(COLOUR, ''))) width += graphemeWidth(grapheme);
  return width;
};

/** The beginning of the text that fits into `width` columns, with an ellipsis when something was cut off. */
export const truncate = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text;
  if (width <= 0) return '';
  if (PLAIN.test(text)) return `${text.slice(0, width - 1)}…`;
  let used = 0;
  let kept = '';
  for (const grapheme of graphemes(text)) {
    const next = graphemeWidth(grapheme);
    if (used + next > width - 1) break;
    used += next;
    kept += grapheme;
  }
  return `${kept}…`;
};

/** The text with blanks behind it, `width` columns wide. */
export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));

/** ASCII, Latin letters, dashes, quotes and bullets, arrows, mathematics, lines of tables, ticks and crosses. */
const PLAIN =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u25fc\u2706-\u2709\u270c-\u2727]*$/;
// oxlint-disable-next-line no-control-regex -- colour sequences begin with a control character
const COLOUR = /\x1b\[[0-9;]*m/g;
const INVISIBLE = /^[\p{Control}\p{Mark}\p{Format}\p{Surrogate}]*$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[#*0-9]\ufe0f?\u20e3/u;
const WIDE = new RegExp(
  '[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f' +
    '\\uff00-\\uff60\\uffe0-\\uffe6\\u{16fe0}-\\u{18aff}\\u{1b000}-\\u{1b2ff}\\u{20000}-\\u{3fffd}]',
  'u',
);

const graphemeWidth = (grapheme: string): number => {
  if (INVISIBLE.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
};

let segmenter: Intl.Segmenter | undefined;

const graphemes = function* (text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
};
