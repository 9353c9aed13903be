import { parseDependencyText, type StatedDependency } from './dependency-statement.js';
import type { MarkdownLine } from './markdown.js';
import type { TasksSection } from './tasks-document.js';

/** A dependency as `tasks.md` states it, with the line that does. */
export interface StatedAtLine {
  readonly line: number;
  readonly dependency: StatedDependency;
}

export interface IgnoredId {
  readonly line: number;
  readonly id: string;
}

/** What the section of a work package says about its dependencies. */
export interface SectionStatement {
  /** Whether the section makes a statement at all; `None` is one. */
  readonly isMade: boolean;
  readonly dependencies: readonly StatedAtLine[];
  readonly ignored: readonly IgnoredId[];
}

/**
 * Reads the statements of a section: the text under a `Dependencies` heading, the text behind that label, and
 * `Depends on …` where the work package itself is the subject. Several statements add up.
 */
export const sectionStatement = (section: TasksSection): SectionStatement => {
  const dependencies: StatedAtLine[] = [];
  const ignored: IgnoredId[] = [];
  let isMade = false;
  for (const { line, text } of dependencyTexts(section)) {
    const read = parseDependencyText(text);
    if (read.statement !== undefined) isMade = true;
    dependencies.push(...(read.statement?.dependencies ?? []).map((dependency) => ({ line, dependency })));
    ignored.push(...read.ignored.map((id) => ({ line, id })));
  }
  return { isMade, dependencies, ignored };
};

interface TextAtLine {
  readonly line: number;
  readonly text: string;
}

const TITLE = /^[*_`]*dependenc(?:y|ies)[*_`]*[ \t]*(?::[*_`]*[ \t]*(.*))?$/i;
const LABEL = /^[*_`]*dependenc(?:y|ies)(?:[*_`]*[ \t]*:[*_`]*)[ \t]*(.*)$/i;
/** A line such as `**Goal**: …` begins a text of its own even when no blank line stands before it. */
const ANY_LABEL = /^[*_`]*[A-Z][\w &/-]{0,40}[*_`]*:/;
const LIST_MARK = /^[ \t]*(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const PHRASE = /\bdepends? (?:up)?on\b/gi;
/** Who depends is named in front: `WP05 depends on WP01`. */
const SENTENCE =
  /^(?=[*_`]*(?:WP\d|it\b|this\b))(?:[*_`,&\u2013\s-]|WP\d+[a-z]?\b|(?:and|to|through|it|this|work package|package|also)\b)+depends? (?:up)?on\b/i;
const OWN_SUBJECT = /^(?:(?:it|this(?: (?:WP|work package|package))?)\b)?[ \t:\u2013-]*(?:also )?$/i;

/** The texts to be read, each with its line: list items and paragraphs as wholes, since a writer may wrap them. */
const dependencyTexts = (section: TasksSection): readonly TextAtLine[] => {
  const texts: TextAtLine[] = [];
  let mode: 'elsewhere' | 'under-heading' | 'under-label' = 'elsewhere';
  for (const block of blocksOf(section.lines)) {
    if (block.heading !== undefined) {
      const title = TITLE.exec(block.heading);
      mode = title === null ? 'elsewhere' : 'under-heading';
      if (title?.[1]) texts.push({ line: block.line, text: title[1] });
      continue;
    }
    const label = LABEL.exec(block.text);
    if (label !== null) {
      if (label[1]) texts.push({ line: block.line, text: label[1] });
      else if (mode === 'elsewhere') mode = 'under-label';
    } else if (mode === 'under-heading' || (mode === 'under-label' && block.isItem)) {
      texts.push(...(SENTENCE.test(block.text) ? phrasesOf(block, section.workPackageId) : [block]));
    } else {
      if (mode === 'under-label') mode = 'elsewhere';
      texts.push(...phrasesOf(block, section.workPackageId));
    }
  }
  return texts;
};

/** `Depends on …` at the beginning of a sentence, or behind the work package itself as subject. */
const phrasesOf = (block: Block, self: string): readonly TextAtLine[] =>
  [...block.text.matchAll(PHRASE)].flatMap((phrase) => {
    const before =
      block.text
        .slice(0, phrase.index)
        .split(/[.:;!?][*_`]*[ \t]+/)
        .at(-1) ?? '';
    const subject = before.replace(/[*_`(]/g, '').trim();
    if (subject.toUpperCase() !== self && !OWN_SUBJECT.test(subject)) return [];
    const text = block.text.slice(phrase.index).split(/[.;!?](?:[ \t]|$)/)[0] ?? '';
    return [{ line: block.line, text }];
  });

interface Block {
  readonly line: number;
  readonly text: string;
  readonly isItem: boolean;
  readonly heading?: string;
}

const blocksOf = (lines: readonly MarkdownLine[]): readonly Block[] => {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of lines) {
    const mark = LIST_MARK.exec(line.said);
    const text = line.said.slice(mark?.[0].length ?? 0).trim();
    const last = blocks.at(-1);
    if (line.heading !== undefined) {
      blocks.push({ line: line.number, text: '', isItem: false, heading: line.heading.title });
    } else if (text !== '') {
      const isContinued = isOpen && mark === null && !ANY_LABEL.test(text);
      if (isContinued && last !== undefined)
        blocks[blocks.length - 1] = { ...last, text: `${last.text} ${text}` };
      else blocks.push({ line: line.number, text, isItem: mark !== null });
    }
    isOpen = line.heading === undefined && text !== '';
  }
  return blocks;
};
