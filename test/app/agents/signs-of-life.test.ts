import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { SignsOfLife } from '../../../src/app/agents/signs-of-life.js';

describe('signs of life', () => {
  const about = { workPackageId: 'WP01', phase: 'review', agent: 'claude' } as const;
  const started = { what: 'agent-started', ...about, retryCount: 0, log: '/log' } as const;

  it('say for how long a program that runs has printed nothing', async () => {
    const time = new ControlledTime();
    const signs = new SignsOfLife(time);
    signs.hear({
      ...{ what: 'started', runId: 'run', feature: '001-login', isResumed: false },
      ...{ agents: ['claude'], commands: [] },
    });
    expect(signs.list()).toEqual([]);
    signs.hear(started);
    await time.advance(5000);
    const sign = { feature_slug: '001-login', wp_id: 'WP01', agent: 'claude' };
    expect(signs.list()).toEqual([{ ...sign, silent_ms: 5000 }]);
    signs.hear({ what: 'line', ...about, line: 'thinking' });
    await time.advance(200);
    expect(signs.list()).toEqual([{ ...sign, silent_ms: 200 }]);
    signs.hear({ what: 'agent-ended', ...about, durationMs: 5200 });
    expect(signs.list()).toEqual([]);
  });
});
