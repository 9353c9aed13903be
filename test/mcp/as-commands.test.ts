import { mcpWorld } from '../support/mcp-world.js';
import { commitCode, expectAsByCommand, SAME_PROJECT, stepsBy } from '../support/same-work.js';
import { scratchGit } from '../support/scratch-git.js';
import { whatWasDone } from '../support/what-was-done.js';

describe('a tool', () => {
  it('leaves the events, commits and branches that the command of the same work leaves', async () => {
    const git = scratchGit(SAME_PROJECT);
    const { host, call, close } = await mcpWorld(git);
    const { tools } = await host.listTools();
    const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint !== true);
    const steps = stepsBy('tool');
    expect([...new Set(steps.map(({ tool }) => tool?.[0]))].sort()).toEqual(
      changing.map(({ name }) => name).sort(),
    );
    try {
      for (const { tool, followsCode } of steps) {
        if (followsCode === true) commitCode(git);
        expect(await call(...tool!)).not.toHaveProperty('error');
      }
      await expectAsByCommand('tool', await whatWasDone(git));
    } finally {
      await close();
    }
  }, 120_000);
});
