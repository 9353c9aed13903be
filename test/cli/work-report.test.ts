import { tellBeside } from '../../src/app/cli/commands/shared/work-report.js';
import type { ResolvedLeftOver } from '../../src/app/work/perform-work.js';

describe('what a workflow command says of the left-over of another one', () => {
  const told = (leftOver: Partial<ResolvedLeftOver>): readonly string[] => {
    const said: string[] = [];
    tellBeside(
      { result: {}, outcomes: [], leftOver: { outcomes: [], withdrawn: [], ...leftOver } },
      {
        warn: (sentence) => void said.push(`warning: ${sentence}`),
        note: (sentence) => void said.push(sentence),
      },
    );
    return said;
  };

  it('is that its work is complete', () => {
    expect(told({})).toEqual(['An earlier command had been cut short; its work is complete now.']);
  });

  it('is why git refused its commit, which leaves the work uncommitted', () => {
    expect(told({ commitRefused: 'a hook says no' })).toEqual([
      'warning: An earlier command had been cut short; its work is done, but git refused the commit of it: a hook says no',
    ]);
  });
});
