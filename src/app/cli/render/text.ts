import { inspect } from 'node:util';
import { makeVisible } from './visible.js';
import { stringWidth, truncate } from './width.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A piece of text that is shown in a style where the terminal has colour. */
interface Styled {
  readonly style: Style;
  readonly text: Text;
}

/**
 * What commands print. Styles are structure, not escape sequences inside strings, so that everything inside a string
 * can be escaped, wherever it comes from.
 */
export type Text = string | Styled | readonly Text[];

export const bold = (text: Text): Styled => ({ style: 'bold', text });
export const dim = (text: Text): Styled => ({ style: 'dim', text });
export const red = (text: Text): Styled => ({ style: 'red', text });
export const green = (text: Text): Styled => ({ style: 'green', text });
export const yellow = (text: Text): Styled => ({ style: 'yellow', text });
export const cyan = (text: Text): Styled => ({ style: 'cyan', text });

/** The pieces as lines: one below the other. */
export const lines = (pieces: readonly Text[]): Text =>
  pieces.flatMap((piece, index) => (index === 0 ? [piece] : ['\n', piece]));

/** The first of many lines, and how many more there are: a program gets all of them. */
export const firstLines = (all: readonly string[]): readonly string[] =>
  all.length <= SHOWN
    ? all
    : [...all.slice(0, SHOWN), `  … and ${all.length - SHOWN} more; all are in --json`];

const SHOWN = 20;

/** The characters that go to the terminal. This is the only way there for text. */
export const toTerminal = (text: Text, colour: boolean): string => {
  if (typeof text === 'string') return makeVisible(text);
  if (!isStyled(text)) return text.map((piece) => toTerminal(piece, colour)).join('');
  const inner = toTerminal(text.text, colour);
  const [on, off] = inspect.colors[text.style] ?? [];
  return colour && inner !== '' ? `\x1b[${on}m${inner}\x1b[${off}m` : inner;
};

/** The text without styles, not yet escaped. */
export const toPlain = (text: Text): string => {
  if (typeof text === 'string') return text;
  return isStyled(text) ? toPlain(text.text) : text.map(toPlain).join('');
};

/** How many columns it takes. */
export const widthOfText = (text: Text): number => stringWidth(toPlain(text));

/** The text on one line of at most `width` columns; its pieces keep their styles. */
export const fitted = (text: Text, width: number): Text => {
  let left = width;
  const pieces = piecesOf(text).map((piece): Text => {
    const shown = truncate(makeVisible(toPlain(piece), 'line'), left);
    left -= stringWidth(shown);
    return restyle(piece, shown);
  });
  return RIGHT_TO_LEFT.test(toPlain(text)) ? [...pieces, LEFT_TO_RIGHT_MARK] : pieces;
};

const piecesOf = (text: Text): readonly Text[] =>
  typeof text === 'string' || isStyled(text) ? [text] : text.flatMap(piecesOf);

/** The same styles around other characters; of several pieces the outermost style stays. */
const restyle = (text: Text, characters: string): Text =>
  typeof text !== 'string' && isStyled(text)
    ? { style: text.style, text: restyle(text.text, characters) }
    : characters;

/** Behind letters that run from right to left the mark keeps the next column in its place. */
const LEFT_TO_RIGHT_MARK = '\u200e';
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

const isStyled = (text: Styled | readonly Text[]): text is Styled => !Array.isArray(text);
