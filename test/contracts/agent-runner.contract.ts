import type { AgentRun, AgentRunner } from '../../src/ports/agents.js';

/** What a program does when it is run. */
export interface AgentBehaviour {
  readonly prints?: readonly string[];
  readonly errors?: readonly string[];
  readonly echoes?: 'input';
  /** It runs until somebody ends it. */
  readonly hangs?: boolean;
  /** The signal that it ends itself with. */
  readonly dies?: string;
  readonly code?: number;
}

export interface AgentRunnerSubject {
  readonly subject: AgentRunner;
  /** A run of a program that behaves so. */
  run(behaviour: AgentBehaviour, differing?: Partial<AgentRun>): AgentRun;
  /** A run of a program that does not exist. */
  missing(): AgentRun;
}

export interface AgentRunnerFlavour {
  readonly name: string;
  readonly setup: () => Promise<AgentRunnerSubject & { dispose?(): Promise<void> }>;
}

/** What every runner of agents has to keep. */
export const agentRunnerContract = ({ name, setup }: AgentRunnerFlavour): void => {
  describe(`${name} as a runner of agents`, () => {
    let made: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => {
      made = await setup();
    });
    afterEach(() => made.dispose?.());

    it('tells the exit code and the end of what was printed', async () => {
      const heard: string[] = [];
      const exit = await made.subject.run(made.run({ prints: ['one', 'two'], code: 3 }), (line) =>
        heard.push(line),
      );
      expect(exit).toEqual({ how: 'exited', code: 3, lastLines: ['one', 'two'], answer: ['one', 'two'] });
      expect(heard).toEqual(['one', 'two']);
    });

    it('hears the error stream, too, which is no answer', async () => {
      const exit = await made.subject.run(made.run({ prints: ['so'], errors: ['alas'] }));
      expect(exit).toMatchObject({ how: 'exited', code: 0, answer: ['so'] });
      const { lastLines } = exit as Extract<typeof exit, { how: 'exited' }>;
      expect([...lastLines].sort()).toEqual(['alas', 'so']);
    });

    it('reads its answer, and what it took, from what the program reports for machines', async () => {
      const result = { type: 'result', result: 'So.\nVERDICT', num_turns: 2, total_cost_usd: 0.5 };
      const exit = await made.subject.run(made.run({ prints: ['hm', JSON.stringify(result)] }));
      expect(exit).toMatchObject({
        ...{ how: 'exited', code: 0, answer: ['So.', 'VERDICT'] },
        usage: { turns: 2, cost_usd_micros: 500_000 },
      });
    });

    it('keeps at least the last 200 lines', async () => {
      const prints = Array.from({ length: 1000 }, (_, at) => `line ${at}`);
      const exit = await made.subject.run(made.run({ prints }));
      expect(exit).toMatchObject({ how: 'exited', code: 0 });
      const { lastLines } = exit as Extract<typeof exit, { how: 'exited' }>;
      expect(lastLines.slice(-200)).toEqual(prints.slice(-200));
    });

    it('gives the input, and an end of it when there is none', async () => {
      const given = await made.subject.run(made.run({ echoes: 'input' }, { input: 'the prompt\n' }));
      const none = await made.subject.run(made.run({ echoes: 'input' }));
      expect([given, none]).toEqual([
        { how: 'exited', code: 0, lastLines: ['the prompt'], answer: ['the prompt'] },
        { how: 'exited', code: 0, lastLines: [], answer: [] },
      ]);
    });

    it('tells a program that does not exist from one that failed', async () => {
      expect(await made.subject.run(made.missing())).toEqual({
        how: 'not-started',
        reason: expect.stringMatching(/[^.]$/),
      });
    });

    it('names the signal of a program that was killed', async () => {
      const exit = await made.subject.run(made.run({ prints: ['so far'], dies: 'SIGKILL' }));
      expect(exit).toEqual({ how: 'killed', signal: 'SIGKILL', lastLines: ['so far'] });
    });

    it('ends a program that takes too long', async () => {
      const exit = await made.subject.run(made.run({ prints: ['begun'], hangs: true }, { timeoutMs: 3000 }));
      expect(exit).toEqual({ how: 'timed-out', lastLines: ['begun'] });
    });

    it('ends a program that nobody wants any more', async () => {
      const unwanted = new AbortController();
      const exit = await made.subject.run(
        made.run({ prints: ['begun'], hangs: true }),
        () => unwanted.abort(),
        unwanted.signal,
      );
      expect(exit).toEqual({ how: 'stopped', lastLines: ['begun'] });
    });

    it('keeps what a program had reported before it was ended', async () => {
      const turn = { type: 'turn.completed', usage: { input_tokens: 5, output_tokens: 1 } };
      const program = { prints: [JSON.stringify(turn)], hangs: true };
      const unwanted = new AbortController();
      const stopped = await made.subject.run(made.run(program), () => unwanted.abort(), unwanted.signal);
      const late = await made.subject.run(made.run(program, { timeoutMs: 3000 }));
      const usage = { input_tokens: 5, output_tokens: 1 };
      expect([stopped, late]).toMatchObject([
        { how: 'stopped', usage },
        { how: 'timed-out', usage },
      ]);
    });

    it('starts nothing when nobody wants it from the beginning', async () => {
      const heard: string[] = [];
      const exit = await made.subject.run(
        made.run({ prints: ['begun'] }),
        (line) => heard.push(line),
        AbortSignal.abort(),
      );
      expect(exit).toEqual({ how: 'stopped', lastLines: [] });
      expect(heard).toEqual([]);
    });

    it('runs many at once', async () => {
      const unwanted = new AbortController();
      const exits = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          made.subject.run(made.run({ prints: [`${at}`], code: at }), undefined, unwanted.signal),
        ),
      );
      expect(exits).toEqual(
        Array.from({ length: 8 }, (_, at) => ({
          how: 'exited',
          code: at,
          lastLines: [`${at}`],
          answer: [`${at}`],
        })),
      );
    });
  });
};
