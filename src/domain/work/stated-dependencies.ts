import { isLedIn, parseDependencyText, type StatedDependency } from './dependency-statement.js';
import { isTableRow, tablesOf, withoutCode, type MarkdownLine, type Table } from './markdown.js';
import type { TasksSection } from './tasks-document.js';

export interface IdAtLine {
  readonly line: number;
  readonly id: string;
}

/** What the section of a work package says about its dependencies. */
export interface SectionStatement {
  /** Whether the section makes a statement at all; `None` is one. */
  readonly isMade: boolean;
  /** As `tasks.md` states them, each with the line that does. */
  readonly dependencies: readonly (IdAtLine & { readonly dependency: StatedDependency })[];
  /** Ids that stand near and are no dependencies. */
  readonly ignored: readonly IdAtLine[];
  /** Ids of which nobody can say whether they are dependencies. As long as there is one, nothing is known. */
  readonly unclear: readonly IdAtLine[];
}

/**
 * Reads the statements of a section: the text under a `Dependencies` heading, the text behind that label, and
 * `Depends on …` where the work package itself is the subject. Several statements add up; `None` under heading or label
 * stands against phrases elsewhere, and contradicts other statements.
 */
export const sectionStatement = (section: TasksSection): SectionStatement => {
  const self = section.workPackageId;
  const read = dependencyTexts(section).map((text) => ({ ...text, ...parseDependencyText(text.text, self) }));
  const stated = read.filter(({ isPhrase }) => !isPhrase);
  const saysNone = stated.some((each) => each.saysNone);
  const counting = saysNone ? stated : read;
  const dependencies = counting.flatMap(({ line, dependencies: each }) =>
    each.map((dependency) => ({ line, id: dependency.name, dependency })),
  );
  const unclear = counting.flatMap(({ line, unclear: ids }) => ids.map((id) => ({ line, id })));
  return {
    isMade: saysNone || dependencies.length > 0,
    dependencies,
    ignored: read.flatMap(({ line, ignored }) => ignored.map((id) => ({ line, id }))),
    // What stands beside None contradicts it.
    unclear: [...unclear, ...(saysNone ? dependencies : []).map(({ line, id }) => ({ line, id }))],
  };
};

interface TextAtLine {
  readonly line: number;
  readonly text: string;
  /** `Depends on …` in running text. */
  readonly isPhrase?: boolean;
}

/** The texts to be read, each with its line: list items and paragraphs as wholes, since a writer may wrap them. */
const dependencyTexts = ({ lines, workPackageId }: TasksSection): readonly TextAtLine[] => {
  const texts: TextAtLine[] = [];
  /** The title or label that what follows stands below; `isFresh`: a label that waits for its paragraph. */
  let place: { readonly depth: number; readonly below: string; readonly isFresh: boolean } | undefined;
  for (const { line, text, depth, table } of blocksOf(lines)) {
    if (table !== undefined) {
      texts.push(...rowTexts(table, place !== undefined, workPackageId));
      continue;
    }
    const isHeading = depth < PARAGRAPH;
    const title = isHeading || BOLD.test(text) ? titleText(text) : undefined;
    if (title !== undefined) {
      place = { depth, below: '', isFresh: !isHeading };
      texts.push({ line, text: title });
      continue;
    }
    const isNext = depth === PARAGRAPH && place?.isFresh === true;
    const isOther = depth === PARAGRAPH && ANY_LABEL.test(text) && !isLedIn(text);
    if (place !== undefined && ((depth <= place.depth && !isNext) || isOther)) place = undefined;
    else if (place !== undefined)
      place = { ...place, isFresh: false, ...(isHeading && { below: `${text}: ` }) };
    if (isHeading) continue;
    const label = labelText(text);
    if (label === '' && !(place !== undefined && place.depth < PARAGRAPH))
      place = { depth, below: '', isFresh: depth === PARAGRAPH };
    else if (label !== undefined) texts.push({ line, text: label });
    else if (place !== undefined) texts.push({ line, text: place.below + text });
    else
      texts.push(...phrasesOf(text, workPackageId).map((phrase) => ({ line, text: phrase, isPhrase: true })));
  }
  return texts;
};

const WORD = String.raw`(?<!\b(?:optional|soft|downstream|reverse|dev|no)[ \t]+)(?:dependenc(?:y|ies)|depend(?:s|ent)?[ _-]on)`;
const TITLE = new RegExp(String.raw`^[^\p{L}]*(?:[a-z][\w-]*[ \t]+)?${WORD}(?![\w-])(.*)$`, 'iu');
const LABEL = new RegExp(
  String.raw`(?<![\w-])${WORD}(?: on)?["\u201d*_\`]*[ \t]*(?:\([^()]*\)["*_\`]*[ \t]*)?[:\uff1a=]["*_\`]*[ \t]*`,
  'gi',
);
/** A line such as `**Goal**: …` begins a text of its own even when no blank line stands before it. */
const ANY_LABEL = /^[*_`"]*(?!WP\d)[A-Z][\w &/-]{0,40}["*_`]*:/;
/** Where the next label of a line begins. */
const NEXT_LABEL =
  /[\s|\u00b7\u2022;,.](?:\*\*|__)(?!WP\d)[A-Z][^*_]{0,40}(?::[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)|(?:[ \t][|\u00b7\u2022]|[.;,])[ \t]+(?!WP\d)[A-Z][\w &/-]{0,40}:[ \t]/;

/** What a title says behind the word; `undefined` when it is about something else, such as a graph of dependencies. */
const titleText = (title: string): string | undefined => {
  const rest = TITLE.exec(title)?.[1];
  if (rest === undefined) return undefined;
  const text = rest.replace(/^[\s*_`"]*(?:[:\u2013\u2014-]|on\b)?[\s*_`"]*/, '');
  if (/WP\d|^none\b/i.test(text)) return text;
  const isMixed = /^(?:&|and\b|\/|,)/.test(text) && /dependencies/i.test(title);
  return isMixed || /^$|^\(|:[*_`"]*\s*$/.test(text) ? '' : undefined;
};

/** What stands behind the label in a text, up to the next label. In code that is more than the label it is an example. */
const labelText = (text: string): string | undefined => {
  const examples = [...text.matchAll(/(`+).*?\1/g)].map(({ index, 0: code }) => [index, index + code.length]);
  for (const { index, 0: label } of text.matchAll(LABEL)) {
    const end = index + label.length;
    if (examples.some(([from = 0, to = 0]) => from < index && to > end)) continue;
    return text.slice(end).split(NEXT_LABEL, 1)[0]?.trim();
  }
  return undefined;
};

/** Ids alone go on with what the sentence before them says. */
const SENTENCE_END = /(?<=[.!?])[ \t]+(?!(?:WP\d+[a-z]?|and\b|or\b|[\s,;&+/])+(?:[.!?]|$))/i;

/** The sentences that begin with `Depends on …`, or have the work package itself as the subject of it. */
const phrasesOf = (text: string, self: string): readonly string[] => {
  // The pattern is another one for each work package, and compiled anew; most texts have nothing for it.
  if (!/depend/i.test(text)) return [];
  const phrase = new RegExp(
    String.raw`(?:^|[.:;!?][*_\`]*[ \t]+)[\s*_\`(]*(?:(?:it|this(?: (?:WP|work package|package))?|${self})\b)?[\s*_\`:\u2013-]*(?:also )?(depends? (?:up)?on\b.*)$`,
    'i',
  );
  return text.split(SENTENCE_END).flatMap((sentence) => {
    const found = phrase.exec(withoutCode(sentence))?.[1];
    return found === undefined ? [] : [sentence.slice(-found.length)];
  });
};

/**
 * What the rows of a table say: the cells behind a label, or beside or below one, where the row is about this work
 * package; where the table itself is the statement, whole rows.
 */
const rowTexts = ({ header, rows }: Table, isStatement: boolean, self: string): readonly TextAtLine[] => {
  const found = [...(header === undefined ? [] : [header]), ...rows].flatMap((row) =>
    row.cells.flatMap(({ text }, at) => {
      const label = labelText(text);
      const names = [row.cells[at - 1], row === header ? undefined : header?.cells[at]];
      const subjects = row.cells.slice(0, at).flatMap((cell) => /WP\d+/i.exec(cell.text)?.[0] ?? []);
      const isNamed = names.some((name) => name !== undefined && isColumnTitle(name.text));
      const isAboutUs = subjects.length === 0 || subjects.includes(self);
      return label || (isNamed && isAboutUs) ? [{ line: row.line, text: label || text }] : [];
    }),
  );
  if (found.length > 0 || !isStatement) return found;
  return rows.map(({ line, cells }) => ({ line, text: cells.map(({ text }) => text).join(' \u2013 ') }));
};

const isColumnTitle = (text: string): boolean =>
  titleText(text) === '' || /^[*_`]*(?:blocked by|requires)[*_`]*$/i.test(text);

/** A heading, a list item, a paragraph, or a table: each stands below what is less deep before it. */
interface Block {
  readonly line: number;
  readonly depth: number;
  readonly text: string;
  readonly table?: Table | undefined;
}

/** Deeper than all headings; items are deeper still, by the indent of their marks. */
const PARAGRAPH = 7;

const BOLD = /^(\*\*|__)[^*_]*\1$/;
const LIST_MARK = /^([ \t]*)(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;

const blocksOf = (lines: readonly MarkdownLine[]): readonly Block[] => {
  const blocks: Block[] = [];
  const tables = tablesOf(lines);
  let open: Block | undefined;
  for (const row of lines) {
    const { said, number: line, heading } = row;
    const [mark = '', indent] = LIST_MARK.exec(said) ?? [];
    const text = said.slice(mark.length).trim();
    const isRow = isTableRow(row);
    const last = open;
    open = undefined;
    if (heading !== undefined) blocks.push({ line, depth: heading.level, text: heading.title });
    else if (isRow) {
      const table = tables.find(({ header, rows }) => (header ?? rows[0])?.line === line);
      if (table !== undefined) blocks.push({ line, depth: PARAGRAPH, text: '', table });
    } else if (last !== undefined && text !== '' && indent === undefined && !ANY_LABEL.test(text))
      blocks[blocks.length - 1] = open = { ...last, text: `${last.text} ${text}` };
    else if (text !== '') {
      open = { line, depth: PARAGRAPH + (indent === undefined ? 0 : 1 + indent.length), text };
      blocks.push(open);
    }
  }
  return blocks;
};
