import { cutText } from '../../domain/events/cut-text.js';
import { unreachable } from '../../domain/errors.js';
import type { RunUsage } from '../../domain/events/usage.js';
import { fillCommandLine } from '../../domain/agents/command-line.js';
import { promptFor, type PromptTask } from '../../domain/agents/prompt.js';
import type { Assignment } from '../../domain/agents/state.js';
import { readVerdict } from '../../domain/agents/verdict.js';
import type { AgentExit } from '../../ports/agents.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { gatherPrompt } from './gather-prompt.js';

/** What an agent's run came to. A reason is a whole sentence. */
type RunEnd =
  | { readonly end: 'implemented' | 'approved' }
  | { readonly end: 'changes-requested'; readonly feedback: string }
  /** It did not do what it was asked for. */
  | { readonly end: 'failed'; readonly reason: string }
  /** By us, since the run ends. */
  | { readonly end: 'stopped' }
  /** There is nothing that it could work on. */
  | { readonly end: 'impossible'; readonly reason: string };

/** `took`: absent when its program was not started. */
interface AgentRunEnded {
  readonly end: RunEnd;
  readonly took?: RunUsage;
}

/** Lets an agent do what it was assigned to, and says what came of it. */
export const runAgent = async (
  context: OrchestrationContext,
  workPackageId: string,
  assignment: Assignment,
  signal: AbortSignal,
): Promise<AgentRunEnded> => {
  const { sources, place, feature, commands } = context;
  const { agent, phase, retryCount } = assignment;
  const command = commands.get(agent);
  if (command === undefined) return { end: failed(`Nobody knows how to run the agent ${agent}.`) };
  const gathered = await gatherPrompt(context, workPackageId, assignment);
  if (typeof gathered === 'string') return { end: { end: 'impossible', reason: gathered } };
  const { facts, task } = gathered;
  const prompt = promptFor(facts, task);
  const name = `${workPackageId}-${phase}-${retryCount + 1}`;
  const promptFile = await sources.store.keepPrompt(place, feature, name, prompt);
  const log = await sources.store.logPath(place, feature, name);
  const { worktree } = facts;
  if (signal.aborted) return { end: { end: 'stopped' } };
  const about = { workPackageId, phase, agent };
  const atMs = sources.clock.nowMs();
  context.tell({ what: 'agent-started', ...about, retryCount, log, atMs });
  const exit = await sources.runner.run(
    {
      agent,
      argv: fillCommandLine(command.argv, { promptFile, prompt, worktree, workPackageId }),
      directory: worktree,
      environment: {
        SPECIFY_FEATURE: feature,
        SPEC_KITTY_WORK_PACKAGE: workPackageId,
        SPEC_KITTY_PHASE: phase,
        SPEC_KITTY_AGENT: agent,
      },
      ...(command.isPromptInput ? { input: prompt } : {}),
      timeoutMs: command.timeoutMs ?? context.state().limits.timeoutMs,
      log,
    },
    (line) => context.tell({ what: 'line', ...about, line }),
    signal,
  );
  const end = endOf(exit, agent, task);
  const durationMs = Math.max(0, sources.clock.nowMs() - atMs);
  context.tell({
    ...{ what: 'agent-ended', ...about, durationMs },
    ...(end.end === 'failed' ? { failure: end.reason } : {}),
  });
  if (end.end === 'approved') context.tell({ what: 'reviewed', workPackageId, agent, verdict: 'approved' });
  if (end.end === 'changes-requested') {
    const { feedback } = end;
    context.tell({ what: 'reviewed', workPackageId, agent, verdict: 'changes-requested', feedback });
  }
  return exit.how === 'not-started' ? { end } : { end, took: { ...exit.usage, duration_ms: durationMs } };
};

const failed = (reason: string): RunEnd => ({ end: 'failed', reason });

const endOf = (exit: AgentExit, agent: string, task: PromptTask): RunEnd => {
  switch (exit.how) {
    case 'exited':
      if (exit.code !== 0) return failed(`${agent} ended with exit code ${exit.code}.${lastWords(exit)}`);
      return task.task === 'review' ? judged(exit, agent, task.word) : { end: 'implemented' };
    case 'killed':
      return failed(`${agent} was ended by ${exit.signal}.${lastWords(exit)}`);
    case 'timed-out':
      return failed(`${agent} did not end in time.${lastWords(exit)}`);
    case 'stopped':
      return { end: 'stopped' };
    case 'not-started':
      return failed(`${agent} could not be started: ${exit.reason}.`);
    default:
      return unreachable(exit);
  }
};

const judged = (exit: Extract<AgentExit, { how: 'exited' }>, agent: string, word: string): RunEnd => {
  const verdict = readVerdict(exit.answer, word);
  if (verdict.verdict === 'none') return failed(`${agent} ended without a verdict.${lastWords(exit)}`);
  return verdict.verdict === 'approved'
    ? { end: 'approved' }
    : { end: 'changes-requested', feedback: verdict.feedback };
};

/** What a program prints at last often says why it failed. */
const lastWords = ({ lastLines }: { readonly lastLines: readonly string[] }): string => {
  const last = [...lastLines].reverse().find((line) => line.trim() !== '');
  return last === undefined ? '' : ` Its last line: ${cutText(last.trim(), MAX_LAST_WORDS_BYTES)}`;
};

const MAX_LAST_WORDS_BYTES = 300;
