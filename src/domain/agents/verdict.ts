import { cutText } from '../events/utf8-length.js';

/** What a reviewer said at the end of its work. */
export type Verdict =
  | { readonly verdict: 'approved' }
  | { readonly verdict: 'changes-requested'; readonly feedback: string }
  /** It came to no verdict, which is never an approval. */
  | { readonly verdict: 'none' };

/**
 * The two lines of which a reviewer has to print one as its last. `word` is known to nobody but this one run, so that
 * no file that a reviewer prints holds one.
 */
export const approvedLine = (word: string): string => `VERDICT: approved ${word}`;
export const changesLine = (word: string): string => `VERDICT: changes requested ${word}`;

/**
 * Reads the verdict in the end of what a reviewer answered: the last line that is not empty, and no other. What should
 * change is the text between the last `FEEDBACK:` before it and the verdict, else the lines before the verdict.
 */
export const readVerdict = (answer: readonly string[], word: string): Verdict => {
  const plain = answer.map(withoutColour);
  const at = lastMatch(plain, /\S/);
  const [, said, signed] = VERDICT.exec(plain[at] ?? '') ?? [];
  if (said === undefined || signed !== word) return { verdict: 'none' };
  if (said.toLowerCase() === 'approved') return { verdict: 'approved' };
  return { verdict: 'changes-requested', feedback: feedbackBefore(plain.slice(0, at)) };
};

/** Emphasis, quotes and a full stop around it are the habit of many agents. */
const VERDICT =
  /^[\s>*_`#-]*VERDICT[*_`]*\s*:[\s*_`]*(approved|changes[\s_-]+requested)[\s*_`:]+([0-9a-z]+)[\s*_`.!]*$/i;
const FEEDBACK = /^[\s>*_`#-]*FEEDBACK[*_`]*\s*:[*_`]*/i;
const TAIL_LINES = 40;
/** It goes into the work package's file, and into the prompt of whoever makes the changes. */
const MAX_FEEDBACK_BYTES = 16_000;

const feedbackBefore = (lines: readonly string[]): string => {
  const at = lastMatch(lines, FEEDBACK);
  const chosen =
    at === -1 ? lines.slice(-TAIL_LINES) : [(lines[at] ?? '').replace(FEEDBACK, ''), ...lines.slice(at + 1)];
  const text = chosen
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
  return text === ''
    ? 'The reviewer requested changes and did not say which.'
    : cutText(text, MAX_FEEDBACK_BYTES);
};

const lastMatch = (lines: readonly string[], pattern: RegExp): number =>
  lines.reduce((last, line, at) => (pattern.test(line) ? at : last), -1);

/** Terminal control sequences say nothing about the verdict. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what has to go
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

const withoutColour = (line: string): string => line.replace(CONTROL, '');
