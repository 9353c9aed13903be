import {
  withFeedback,
  activityTime,
  historyEdits,
  transitionEdits,
} from '../../../src/domain/work/transition.js';
import { corpusText, corpusWorkPackagePaths } from '../../support/corpus.js';
import { changedLines } from '../../support/line-diff.js';

const AT = '2026-02-03T12:00:00Z';
const BODY = '# One\n\n## Activity Log\n\n- a\n';
const FILE = { text: `---\nlane: doing\n---\n${BODY}`, body: BODY };
const FEEDBACK = { text: 'Please\n## fix\n\n```\nit', by: 'ann', timestamp: AT };
const QUOTED =
  '**Changes requested** by ann at 2026-02-03T12:00:00Z:\n\n> Please\n> ## fix\n>\n> ```\n> it\n';

describe('the edits of a transition', () => {
  it('set the lane and add the line', () => {
    const line = `- ${AT} – codex – lane=for_review – Ready`;
    expect(transitionEdits(FILE, { lane: 'for_review', by: 'codex', note: 'Ready', timestamp: AT })).toEqual({
      line,
      edits: [
        { edit: 'set', key: 'lane', value: 'for_review' },
        { edit: 'body', body: `${BODY}${line}\n` },
      ],
    });
  });

  it('set the agent when one is given', () => {
    const { edits } = transitionEdits(FILE, { lane: 'doing', by: 'x', note: '', timestamp: AT, agent: 'x' });
    expect(edits[1]).toEqual({ edit: 'set', key: 'agent', value: 'x' });
  });

  it('write a line that stands nowhere else in the file', () => {
    const entry = { lane: 'done', by: 'codex', note: 'End', timestamp: AT } as const;
    const first = historyEdits(FILE, entry);
    const body = first.edits[0]?.edit === 'body' ? first.edits[0].body : '';
    const second = historyEdits({ text: body, body }, entry);
    expect(second.line).toBe(`${first.line} (2)`);
    const fed = transitionEdits(FILE, { ...entry, feedback: 'x' });
    expect(fed.edits.at(-1)).toMatchObject({
      body: expect.stringContaining('**Changes requested** by codex'),
    });
  });

  it('know the time to the second', () => {
    expect(activityTime('2026-02-03T12:00:00.123Z')).toBe(AT);
    expect(activityTime(AT)).toBe(AT);
  });
});

describe('review feedback', () => {
  it('goes to the end of its section, in front of a closing rule, and is quoted', () => {
    const body = '## Review Feedback\n\n*empty*\n\n---\n\n## Objectives\n';
    expect(withFeedback(body, FEEDBACK.text, FEEDBACK, '\n')).toBe(
      `## Review Feedback\n\n*empty*\n\n${QUOTED}\n---\n\n## Objectives\n`,
    );
  });

  it('makes its section in front of the Activity Log, or at the end', () => {
    expect(withFeedback(BODY, FEEDBACK.text, FEEDBACK, '\n')).toBe(
      `# One\n\n## Review Feedback\n\n${QUOTED}\n## Activity Log\n\n- a\n`,
    );
    expect(withFeedback('text', FEEDBACK.text, FEEDBACK, '\n')).toBe(
      `text\n\n## Review Feedback\n\n${QUOTED.trimEnd()}`,
    );
    expect(withFeedback('', FEEDBACK.text, FEEDBACK, '\n')).toBe(`## Review Feedback\n\n${QUOTED}`);
  });

  it('follows an empty section directly, and comes in front of headings without a blank line', () => {
    expect(withFeedback('## Review Feedback\n## Next\n', FEEDBACK.text, FEEDBACK, '\n')).toBe(
      `## Review Feedback\n\n${QUOTED}\n## Next\n`,
    );
  });

  it('follows the line under an underlined heading', () => {
    const body = 'Review Feedback\n---\n\n## Next\n';
    expect(withFeedback(body, FEEDBACK.text, FEEDBACK, '\n')).toBe(
      `Review Feedback\n---\n\n${QUOTED}\n## Next\n`,
    );
  });

  it('keeps CRLF', () => {
    const after = withFeedback('## Review Feedback\r\n\r\nx\r\n', FEEDBACK.text, FEEDBACK, '\r\n');
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('only adds lines to the work packages of the corpus', () => {
    for (const path of corpusWorkPackagePaths()) {
      const text = corpusText(path);
      expect(changedLines(text, withFeedback(text, FEEDBACK.text, FEEDBACK, '\n')).removed).toEqual([]);
    }
  });
});
