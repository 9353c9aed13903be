import { markdownLines, sectionEnd } from './markdown.js';

/** The body of a work package in the parts in which somebody who begins it reads it. */
interface TaskText {
  /** What is to be done: everything but the parts below. */
  readonly text: string;
  /** What reviewers asked for, without its heading; empty when there is nothing. */
  readonly feedback: string;
}

/** Takes the Activity Log out, which is shown as entries, and the review feedback, which is shown by itself. */
export const taskText = (body: string): TaskText => {
  const lines = markdownLines(body);
  const kept: string[] = [];
  const feedback: string[] = [];
  for (let at = 0; at < lines.length;) {
    const heading = lines[at]?.heading;
    const title = heading?.level === 2 ? heading.title.toLowerCase() : '';
    const isAside = title === 'activity log' || title === 'review feedback';
    const end = isAside ? sectionEnd(lines, at, 2) : at + 1;
    const texts = lines.slice(at, end).map(({ text }) => text);
    if (!isAside) kept.push(...texts);
    else if (title === 'review feedback') feedback.push(...texts.slice(1));
    at = end;
  }
  return { text: kept.join('\n').trim(), feedback: feedback.join('\n').trim() };
};
