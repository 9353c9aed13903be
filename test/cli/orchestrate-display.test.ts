import { liveLines } from '../../src/app/cli/commands/workflow/orchestrate/run-orchestration.js';
import { toldOf } from '../../src/app/cli/commands/workflow/orchestrate/told-lines.js';
import { toPlain } from '../../src/app/cli/render/text.js';
import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { SignsOfLife } from '../../src/app/agents/signs-of-life.js';
import type { OrchestrationProgress } from '../../src/app/agents/orchestration-progress.js';

const tell = (progress: OrchestrationProgress): string | undefined => {
  const told = toldOf(progress, { done: 3, all: 7 });
  return told === undefined ? undefined : `${told.weight}: ${toPlain(told.text)}`;
};

const started = (workPackageId: string, agent = 'claude') =>
  ({
    what: 'agent-started',
    workPackageId,
    phase: 'implementation',
    agent,
    retryCount: 0,
    log: '/log',
  }) as const;

const MINE = {
  agent: 'a',
  argv: ['a', 'one two', '{prompt_file}'],
  statedBy: 'project',
  redefines: false,
} as const;

describe('what is told of an orchestration', () => {
  const review = { workPackageId: 'WP02', phase: 'review', agent: 'codex' } as const;
  it.each<readonly [OrchestrationProgress, string | undefined]>([
    [
      { what: 'started', runId: '1', feature: '001-a', isResumed: false, agents: ['a', 'b'], commands: [] },
      'note: 001-a begins with a, b.',
    ],
    [
      { what: 'started', runId: '1', feature: '001-a', isResumed: true, agents: ['a'], commands: [MINE] },
      'note: 001-a goes on with a.\n  a runs: a "one two" {prompt_file} (this repository says so)',
    ],
    [
      { what: 'reviews-own-work', agent: 'a' },
      'warning: There is no other agent, so a reviews its own work.',
    ],
    [started('WP01'), 'passing: WP01 claude implements'],
    [
      { ...started('WP02'), phase: 'review', agent: 'codex', retryCount: 1 },
      'passing: WP02 codex reviews again (2)',
    ],
    [{ what: 'agent-ended', ...review, durationMs: 5000 }, 'passing: WP02 codex has reviewed it in 5 s'],
    [
      { what: 'agent-ended', ...review, phase: 'implementation', durationMs: 180_000 },
      'passing: WP02 codex has implemented it in 3 min',
    ],
    [
      { what: 'agent-ended', ...review, durationMs: 1, failure: 'codex ended with exit code 1.' },
      'note: WP02 codex ended with exit code 1.',
    ],
    [{ what: 'reviewed', ...review, verdict: 'approved' }, 'note: WP02 codex approves'],
    [
      { what: 'reviewed', ...review, verdict: 'changes-requested', feedback: '\nMore tests.\nAnd docs.' },
      'note: WP02 codex wants changes: More tests.',
    ],
    [{ what: 'moved', workPackageId: 'WP02', from: 'for_review', to: 'done' }, 'note: WP02 is done, 3 of 7'],
    [{ what: 'moved', workPackageId: 'WP02', from: 'planned', to: 'doing' }, undefined],
    [{ what: 'merged', workPackageId: 'WP02' }, undefined],
    [{ what: 'line', ...review, line: 'x' }, undefined],
    [{ what: 'noticed', workPackageId: 'WP02', notice: 'WP02 is new.' }, 'note: WP02 is new.'],
    [{ what: 'noticed', workPackageId: 'WP02', notice: 'a did nothing.' }, 'note: WP02 a did nothing.'],
    [
      { what: 'paused', workPackageId: 'WP02', reason: 'no-agent-left', detail: 'No agent is left.' },
      'warning: WP02 needs you: No agent is left.',
    ],
    [{ what: 'stopping', because: 'interrupted' }, 'note: Stopping the agents.'],
  ])('%j', (progress, line) => {
    expect(tell(progress)).toBe(line);
  });
});

describe('the live lines of running agents', () => {
  const linesOf = (signs: SignsOfLife, nowMs: number, limit?: number): readonly string[] =>
    liveLines(signs.running(), '1 of 3 done', nowMs, limit).map(toPlain);

  it('show who does what for how long, with the last that was printed, in the order of the starts', async () => {
    const time = new ControlledTime(1000);
    const signs = new SignsOfLife(time);
    signs.hear({ ...started('WP02', 'codex'), phase: 'review' });
    await time.advance(4000);
    signs.hear(started('WP10', 'cursor-agent'));
    const line = {
      what: 'line',
      workPackageId: 'WP10',
      phase: 'implementation',
      agent: 'cursor-agent',
    } as const;
    signs.hear({ ...line, line: '  Reading.  ' });
    signs.hear({ ...line, line: '' });
    expect(linesOf(signs, 61_000)).toEqual([
      'WP02 review    codex          60 s  ',
      'WP10 implement cursor-agent   56 s  Reading.',
      '1 of 3 done',
    ]);
    signs.hear({
      what: 'agent-ended',
      workPackageId: 'WP02',
      phase: 'review',
      agent: 'codex',
      durationMs: 1,
    });
    expect(linesOf(signs, 61_000)).toHaveLength(2);
  });

  it('are never more than a window has, and no name pushes the rest away', () => {
    const signs = new SignsOfLife(new ControlledTime(0));
    for (let at = 1; at <= 5; at++) signs.hear(started(`WP0${at}`, 'an-agent-with-a-long-name'));
    expect(linesOf(signs, 10, 2)).toEqual([
      'WP01 implement an-agent-with-a…    0 s  ',
      'WP02 implement an-agent-with-a…    0 s  ',
      'and 3 more',
      '1 of 3 done',
    ]);
  });
});
