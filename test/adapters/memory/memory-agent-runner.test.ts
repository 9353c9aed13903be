import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { type AgentBehaviour, MemoryAgentRunner } from '../../../src/adapters/memory/memory-agents.js';
import type { AgentRun } from '../../../src/ports/agents.js';
import { agentRunnerContract, type AgentBehaviour as Acts } from '../../contracts/agent-runner.contract.js';

let runs = 0;

agentRunnerContract({
  name: 'MemoryAgentRunner',
  setup: async () => {
    const time = new ControlledTime();
    const acts: AgentBehaviour = async (run, print) => {
      const {
        prints = [],
        errors = [],
        echoes,
        hangs,
        dies,
        code = 0,
      } = JSON.parse(run.argv[1] ?? '{}') as Acts;
      for (const line of prints) print(line);
      for (const line of errors) print(line, 'error');
      if (echoes !== undefined && run.input !== undefined) print(run.input.trimEnd());
      if (hangs === true) {
        await new Promise((resolve) => setImmediate(resolve));
        await time.advance(run.timeoutMs);
        await new Promise(() => undefined);
      }
      return dies === undefined ? { code } : { signal: dies };
    };
    return {
      subject: new MemoryAgentRunner(new Map([['scripted', acts]]), time),
      run: (behaviour, differing): AgentRun => ({
        agent: 'scripted',
        argv: ['x', JSON.stringify(behaviour)],
        directory: `/${++runs}`,
        environment: {},
        timeoutMs: 30_000,
        log: '/log',
        ...differing,
      }),
      missing: (): AgentRun => ({
        agent: 'ghost',
        argv: ['ghost'],
        directory: '/ghost',
        environment: {},
        timeoutMs: 1,
        log: '/log',
      }),
    };
  },
});

describe('MemoryAgentRunner', () => {
  it('lets no two agents into one directory', async () => {
    const subject = new MemoryAgentRunner(
      new Map([['slow', () => new Promise(() => undefined)]]),
      new ControlledTime(),
    );
    const run: AgentRun = {
      agent: 'slow',
      argv: [],
      directory: '/d',
      environment: {},
      timeoutMs: 1,
      log: '/l',
    };
    void subject.run(run);
    await expect(subject.run(run)).rejects.toThrow('two agents at once in /d');
  });
});
