import { isBareList, parseDependencyText, type StatedDependency } from './dependency-statement.js';
import { columnOf, isTableRow, tablesOf, withoutCode, type MarkdownLine, type Table } from './markdown.js';
import type { TasksSection } from './tasks-document.js';

/** A dependency as `tasks.md` states it, with the line that does. */
interface StatedAtLine {
  readonly line: number;
  readonly dependency: StatedDependency;
}

export interface IdAtLine {
  readonly line: number;
  readonly id: string;
}

/** What the section of a work package says about its dependencies. */
export interface SectionStatement {
  /** Whether the section makes a statement at all; `None` is one. */
  readonly isMade: boolean;
  readonly dependencies: readonly StatedAtLine[];
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
    each.map((dependency) => ({ line, dependency })),
  );
  const unclear = counting.flatMap(({ line, unclear: ids }) => ids.map((id) => ({ line, id })));
  const contradicting = saysNone ? dependencies : [];
  return {
    isMade: saysNone || dependencies.length > 0,
    dependencies,
    ignored: read.flatMap(({ line, ignored }) => ignored.map((id) => ({ line, id }))),
    unclear: [...unclear, ...contradicting.map(({ line, dependency }) => ({ line, id: nameOf(dependency) }))],
  };
};

interface TextAtLine {
  readonly line: number;
  readonly text: string;
  /** `Depends on …` in running text. */
  readonly isPhrase: boolean;
}

const WORD = String.raw`(?:dependenc(?:y|ies)|depend(?:s|ent)?[ _-]on)`;
const QUALIFIER = String.raw`(?:([a-z][\w-]*)[ \t]+)?`;
const TITLE = new RegExp(String.raw`^[^\p{L}]*${QUALIFIER}${WORD}(?![\w-])(.*)$`, 'iu');
const LABEL = new RegExp(
  String.raw`(?<![\w-])${QUALIFIER}${WORD}(?: on)?["\u201d*_\`]*[ \t]*(?:\([^()]*\)["*_\`]*[ \t]*)?[:\uff1a=]["*_\`]*[ \t]*`,
  'i',
);
/** Dependencies of another kind. */
const OTHER_KIND = /^(?:optional|soft|downstream|reverse|dev|no)$/i;
/** A line such as `**Goal**: …` begins a text of its own even when no blank line stands before it. */
const ANY_LABEL = /^[*_`"]*(?!WP\d)[A-Z][\w &/-]{0,40}["*_`]*:/;
/** Where the next label of a line begins. */
const NEXT_LABEL =
  /[\s|\u00b7\u2022;,.](?:\*\*|__)(?!WP\d)[A-Z][^*_]{0,40}(?::[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)|(?:[ \t][|\u00b7\u2022]|[.;,])[ \t]+(?!WP\d)[A-Z][\w &/-]{0,40}:[ \t]/;
const LIST_MARK = /^[ \t]*(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const PHRASE = /\bdepends? (?:up)?on\b/gi;
const OWN_SUBJECT = /^(?:(?:it|this(?: (?:WP|work package|package))?)\b)?[ \t:\u2013-]*(?:also )?$/i;

/** What a text stands below: a heading of this level, or a label that is indented so far. */
type Place =
  { readonly level: number; readonly below: string } | { readonly indent: number; readonly isFresh: boolean };

/** The texts to be read, each with its line: list items and paragraphs as wholes, since a writer may wrap them. */
const dependencyTexts = ({ lines, workPackageId }: TasksSection): readonly TextAtLine[] => {
  const texts: TextAtLine[] = [];
  const add = (line: number, text: string): void => void texts.push({ line, text, isPhrase: false });
  let place: Place | undefined;
  for (const block of blocksOf(lines)) {
    const { line, text, heading, table } = block;
    if (table !== undefined) {
      for (const row of rowTexts(table, place !== undefined, workPackageId)) add(row.line, row.text);
      continue;
    }
    const title = titleText(heading?.title ?? (BOLD.test(text) ? text : ''));
    if (title !== undefined) {
      place = heading === undefined ? { indent: -1, isFresh: true } : { level: heading.level, below: '' };
      if (title !== '') add(line, title);
      continue;
    }
    if (heading !== undefined) {
      const isDeeper: boolean = place !== undefined && 'level' in place && heading.level > place.level;
      place = isDeeper && place !== undefined ? { ...place, below: `${heading.title}: ` } : undefined;
      continue;
    }
    if (place === undefined || isOutside(place, block)) place = undefined;
    else if ('indent' in place) place = { ...place, isFresh: false };
    const label = labelText(text);
    const below: string | undefined = place !== undefined && 'level' in place ? place.below : undefined;
    if (label === '' && below === undefined)
      place = { indent: block.isItem ? block.indent : -1, isFresh: true };
    else if (label !== undefined) {
      if (label !== '') add(line, label);
    } else if (place === undefined) texts.push(...phrasesOf(block, workPackageId));
    else add(line, `${below ?? ''}${text}`);
  }
  return texts;
};

/** Whether a text ends what the ones before it stand below. */
const isOutside = (place: Place, { text, isItem, indent }: Block): boolean => {
  const isLabelled = ANY_LABEL.test(text);
  if ('level' in place) return !isItem && isLabelled && !LEADING.test(text);
  return isItem ? indent <= place.indent : !place.isFresh || isLabelled || place.indent !== -1;
};

const LEADING =
  /^[*_`"]*(?:upstream|downstream|blocked by|blocks|requires|needs|hard|optional|parallel|after|prerequisites?|depends|internal)\b/i;

/** What a title says behind the word; `undefined` when it is about something else, such as a graph of dependencies. */
const titleText = (title: string): string | undefined => {
  const [, kind = '', rest = ''] = TITLE.exec(title) ?? [undefined, 'no'];
  if (OTHER_KIND.test(kind)) return undefined;
  const text = rest.replace(/^[\s*_`"]*(?:[:\u2013\u2014-]|on\b)?[\s*_`"]*/, '');
  if (/WP\d|^none\b/i.test(text)) return text;
  const isMixed = /^(?:&|and\b|\/|,)/.test(text) && /dependencies/i.test(title);
  return text === '' || text.startsWith('(') || isMixed || /:[*_`"]*\s*$/.test(rest) ? '' : undefined;
};

/** What stands behind the label in a text, up to the next label. Code that is not the label itself is an example. */
const labelText = (text: string): string | undefined => {
  const spoken = text.replace(/(`+)(.*?)\1/g, (code, _, inner: string) =>
    new RegExp(`^${WORD}:?$`, 'i').test(inner.trim()) ? code : '\0'.repeat(code.length),
  );
  const label = LABEL.exec(spoken);
  if (label === null || OTHER_KIND.test(label[1] ?? '')) return undefined;
  const behind = text.slice(label.index + label[0].length);
  const next = NEXT_LABEL.exec(behind);
  return (next === null ? behind : behind.slice(0, next.index)).trim();
};

/** `Depends on …` at the beginning of a sentence, or behind the work package itself as subject. */
const phrasesOf = ({ line, text: whole }: Block, self: string): readonly TextAtLine[] =>
  [...withoutCode(whole).matchAll(PHRASE)].flatMap(({ index }) => {
    const [before = ''] = whole
      .slice(0, index)
      .split(/[.:;!?][*_`]*[ \t]+/)
      .slice(-1);
    const subject = before.replace(/[*_`(]/g, '').trim();
    if (subject.toUpperCase() !== self && !OWN_SUBJECT.test(subject)) return [];
    const [first = '', ...others] = whole.slice(index).split(/(?<=[.;!?])(?:[ \t]|$)/);
    const end = others.findIndex((sentence) => !isBareList(sentence));
    const text = [first, ...others.slice(0, end === -1 ? others.length : end)].join(' ');
    return [{ line, text, isPhrase: true }];
  });

/**
 * What the rows of a table say: the cell behind the label, the column below it where the row is about this work package,
 * and, where the table itself is the statement, whole rows.
 */
const rowTexts = (
  table: Table,
  isStatement: boolean,
  self: string,
): readonly Pick<TextAtLine, 'line' | 'text'>[] => {
  const pairs = [table.header ?? [], ...table.rows].flat().flatMap((row) => {
    const { line } = row;
    const cells = row.cells.map(({ text }) => text);
    const labelled = cells.flatMap((text) => labelText(text) || []);
    if (labelled.length > 0) return labelled.map((text) => ({ line, text }));
    const at = cells.findIndex((text) => titleText(text) === '');
    const text = cells[at + 1] ?? '';
    const isPair = at !== -1 && (row !== table.header || /WP\d|^\W*none\b/i.test(text));
    return isPair ? [{ line, text }] : [];
  });
  if (pairs.length > 0) return pairs;
  const column = columnOf(table, new RegExp(`^(?:${WORD}|blocked by|requires)$`, 'i'));
  if (column === -1 && !isStatement) return [];
  return table.rows.flatMap(({ line, cells }) => {
    const texts = cells.map(({ text }) => text);
    if (column === -1) return [{ line, text: texts.join(' \u2013 ') }];
    const subjects = texts.slice(0, column).flatMap((text) => /WP\d+/i.exec(text)?.[0] ?? []);
    const isAboutUs = subjects.length === 0 || subjects.includes(self);
    return isAboutUs ? [{ line, text: texts[column] ?? '' }] : [];
  });
};

interface Block {
  readonly line: number;
  readonly text: string;
  readonly isItem: boolean;
  /** Of a list item: how far its mark is indented. */
  readonly indent: number;
  readonly heading?: { readonly level: number; readonly title: string };
  readonly table?: Table;
}

const BOLD = /^(\*\*|__)[^*_]*\1$/;

const blocksOf = (lines: readonly MarkdownLine[]): readonly Block[] => {
  const blocks: Block[] = [];
  const tables = tablesOf(lines);
  let isOpen = false;
  for (const line of lines) {
    const { said, number, heading } = line;
    const [mark] = LIST_MARK.exec(said) ?? [];
    const text = said.slice(mark?.length ?? 0).trim();
    const isRow = isTableRow(line);
    const table = tables.find(({ header, rows }) => (header ?? rows[0])?.line === number);
    const block = { line: number, text, isItem: mark !== undefined, indent: said.search(/\S/) };
    const last = blocks.at(-1);
    if (heading !== undefined) blocks.push({ ...block, text: '', heading });
    else if (table !== undefined) blocks.push({ ...block, text: '', table });
    else if (
      isOpen &&
      last !== undefined &&
      text !== '' &&
      mark === undefined &&
      !isRow &&
      !ANY_LABEL.test(text)
    )
      blocks[blocks.length - 1] = { ...last, text: `${last.text} ${text}` };
    else if (text !== '' && !isRow) blocks.push(block);
    isOpen = heading === undefined && !isRow && text !== '';
  }
  return blocks;
};

const nameOf = (dependency: StatedDependency): string => {
  if (dependency.stated === 'all-previous') return 'all previous work packages';
  return dependency.stated === 'one' ? dependency.id : `${dependency.from}\u2013${dependency.to}`;
};
