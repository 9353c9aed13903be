import { takeReport, type AgentReport } from '../../domain/agents/agent-report.js';
import { parseJson } from '../../domain/document.js';
import type { AgentExit, AgentRun, AgentRunner } from '../../ports/agents.js';
import type { Timer } from '../../ports/host.js';

/** What an agent does in memory. It ends the run by returning, and is told when it is to stop. */
export type AgentBehaviour = (
  run: AgentRun,
  print: (line: string, stream?: 'error') => void,
  stopped: AbortSignal,
) => Promise<{ readonly code: number } | { readonly signal: string }>;

/**
 * Agents that are functions. An agent without a behaviour is a program that is not there. Time limits count on the given
 * timer; one that does not end in time, or is stopped, is left alone, since a function cannot be killed.
 */
export class MemoryAgentRunner implements AgentRunner {
  readonly #behaviours: ReadonlyMap<string, AgentBehaviour>;
  readonly #timer: Timer;
  readonly #directories = new Set<string>();
  /** Every run in the order of its beginning. */
  readonly runs: AgentRun[] = [];
  /** How many have been running at once, at most. */
  most = 0;

  constructor(behaviours: ReadonlyMap<string, AgentBehaviour>, timer: Timer) {
    this.#behaviours = behaviours;
    this.#timer = timer;
  }

  async run(run: AgentRun, onLine?: (line: string) => void, signal?: AbortSignal): Promise<AgentExit> {
    const behaviour = this.#behaviours.get(run.agent);
    if (behaviour === undefined)
      return { how: 'not-started', reason: `there is no program ${run.argv[0] ?? ''}` };
    if (signal?.aborted === true) return { how: 'stopped', lastLines: [] };
    if (this.#directories.has(run.directory)) throw new Error(`two agents at once in ${run.directory}`);
    this.runs.push(run);
    this.#directories.add(run.directory);
    this.most = Math.max(this.most, this.#directories.size);
    const lines: string[] = [];
    const answer: string[] = [];
    const print = (line: string, stream?: 'error'): void => {
      lines.push(line);
      if (stream === undefined) answer.push(line);
      onLine?.(line);
    };
    const over = new AbortController();
    const stop = (): void => over.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([
        behaviour(run, print, over.signal).then((end): AgentExit => {
          const report = reportIn(answer);
          const said = saidIn(lines, report);
          return 'code' in end
            ? { how: 'exited', code: end.code, ...said, answer: report?.answer?.split('\n') ?? answer }
            : { how: 'killed', signal: end.signal, ...said };
        }),
        this.#timer.sleep(run.timeoutMs, over.signal).then((): AgentExit => ({
          how: signal?.aborted === true ? 'stopped' : 'timed-out',
          ...saidIn(lines, reportIn(answer)),
        })),
      ]);
    } finally {
      signal?.removeEventListener('abort', stop);
      over.abort();
      this.#directories.delete(run.directory);
    }
  }
}

const saidIn = (lastLines: readonly string[], report: AgentReport | undefined) =>
  report === undefined ? { lastLines } : { lastLines, usage: report.usage };

const reportIn = (lines: readonly string[]): AgentReport | undefined =>
  lines.reduce<AgentReport | undefined>((so, line) => takeReport(so, parseJson(line)) ?? so, undefined);
