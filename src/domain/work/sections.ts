import { markdownLines, type MarkdownLine } from './markdown.js';

/** The last section of level 2 that has this title, from its heading to the next one of its level; empty when there is none. */
export const sectionCalled = (body: string, title: string): readonly MarkdownLine[] => {
  const lines = markdownLines(body);
  const headings = lines.filter(({ heading }) => heading?.level === 2);
  const titles = headings.map(({ heading }) => heading?.title.toLowerCase());
  const at = titles.lastIndexOf(title.toLowerCase());
  const [heading, next] = at === -1 ? [] : headings.slice(at);
  return heading === undefined ? [] : lines.slice(heading.number - 1, next && next.number - 1);
};

/**
 * The body with a block at the end of its section of this title; a rule that closes the section stays behind it. A missing
 * section is made in front of the one called `before`, or at the end. The block has a blank line on either side, unless it
 * is a line that follows others. Line endings and the habit of the last line stay.
 */
export const withEntry = (
  body: string,
  title: string,
  block: string,
  { eol, isLine = false, before = '' }: { eol: string; isLine?: boolean; before?: string },
): string => {
  const section = sectionCalled(body, title);
  const last = section.filter(({ text, said }) => text.trim() !== '' && !RULE.test(said)).at(-1);
  const at = last?.next ?? sectionCalled(body, before)[0]?.start ?? body.length;
  const isNext = isLine && last !== undefined && last !== section[0];
  const [above, below] = [body.slice(0, at), body.slice(at)];
  const ended = above === '' || above.endsWith('\n') ? above : above + eol;
  const gap = isNext || ended === '' || /\n\r?\n$/.test(ended) ? '' : eol;
  const made = last === undefined ? `## ${title}${eol}${eol}` : '';
  const close = below === '' && above !== ended ? '' : eol;
  const space = isNext || below === '' || /^\r?\n/.test(below) ? '' : eol;
  return `${ended}${gap}${made}${block}${close}${space}${below}`;
};

const RULE = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/;
