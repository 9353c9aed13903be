import {
  fillCommandLine,
  namesPrompt,
  promptFor,
  type PromptFacts,
  type PromptTask,
} from '../../domain/agents/prompt.js';
import type { Assignment } from '../../domain/agents/state.js';
import { readVerdict, type Verdict } from '../../domain/agents/verdict.js';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { cutText } from '../../domain/events/utf8-length.js';
import type { RunUsage } from '../../domain/events/usage.js';
import { dependenciesOf } from '../../domain/work/dependency-graph.js';
import { usageNote } from '../../domain/work/usage-note.js';
import type { AgentExit } from '../../ports/agents.js';
import { findWorkPackage, frontMatterGraph } from '../work/feature-state.js';
import { standingTargetOf } from '../work/feature-branches.js';
import type { OrchestrationRun } from './orchestration-run.js';

/** What an agent's run came to. `stopped`: by us, since the run ends. */
export type RunEnd =
  | { readonly end: 'implemented' | 'stopped' }
  | { readonly end: 'reviewed'; readonly verdict: Given }
  /** It did not do what it was asked for; the reason is a whole sentence. */
  | { readonly end: 'failed'; readonly reason: string };

type Given = Exclude<Verdict, { readonly verdict: 'none' }>;

/** Lets an agent do what it was assigned to. `took`: absent when its program was not started. */
export const runAgent = async (
  run: OrchestrationRun,
  workPackageId: string,
  assignment: Assignment,
  signal: AbortSignal,
): Promise<{ readonly end: RunEnd; readonly took?: RunUsage }> => {
  const { ports, place, feature, commands } = run;
  const { agent, phase, retryCount } = assignment;
  const command = commands.find((each) => each.agent === agent);
  if (command === undefined) return { end: failed(`Nobody knows how to run the agent ${agent}.`) };
  if ((await run.tip(workPackageId)) === undefined)
    throw new SyncError('worktree-failed', `There is no branch ${run.branch(workPackageId)} to work on.`);
  await makeWorktree(run, workPackageId);
  const facts = await factsOf(run, workPackageId, agent);
  const { worktree } = facts;
  const task = taskOf(phase, run.record(workPackageId).feedback, ports.randomness.uuid());
  const prompt = promptFor(facts, task);
  const name = `${workPackageId}-${phase}-${retryCount + 1}`;
  const promptFile = await ports.orchestrationStore.keepPrompt(place, feature, name, prompt);
  const log = await ports.orchestrationStore.logPath(place, feature, name);
  if (signal.aborted) return { end: { end: 'stopped' } };
  const about = { workPackageId, phase, agent };
  const atMs = ports.wallClock.nowMs();
  run.tell({ what: 'agent-started', ...about, retryCount, log });
  const exit = await ports.agentRunner.run(
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
      ...(namesPrompt(command.argv) ? {} : { input: prompt }),
      timeoutMs: command.timeoutMs ?? run.state.limits.timeoutMs,
      log,
    },
    (line) => run.tell({ what: 'line', ...about, line }),
    signal,
  );
  const end = endOf(exit, agent, task);
  const durationMs = Math.max(0, ports.wallClock.nowMs() - atMs);
  run.tell({
    ...{ what: 'agent-ended', ...about, durationMs },
    ...(end.end === 'failed' ? { failure: end.reason } : {}),
  });
  if (end.end === 'reviewed') run.tell({ what: 'reviewed', workPackageId, agent, ...end.verdict });
  return exit.how === 'not-started' ? { end } : { end, took: { ...exit.usage, duration_ms: durationMs } };
};

/** There when it is gone. The plan is left out of it: agents read that where it is. */
const makeWorktree = (run: OrchestrationRun, id: string): Promise<void> =>
  run.turn(() =>
    run.ports.repository.exclusive(run.checkout, async (held) => {
      await run.ports.repository.exclude(held, '/.worktrees/');
      const branch = run.branch(id);
      const leaveOut = ['kitty-specs'];
      await run.ports.repository.addWorktree(held, {
        path: run.worktree(id),
        branch,
        base: branch,
        leaveOut,
      });
    }),
  );

const factsOf = async (run: OrchestrationRun, workPackageId: string, agent: string): Promise<PromptFacts> => {
  const { checkout, feature, ports } = run;
  const state = await run.load();
  const workPackage = findWorkPackage(state, workPackageId);
  const { documents } = state;
  const target = await standingTargetOf(ports.repository, checkout, documents.meta);
  const absolute = (path: string): string => `${checkout.projectRoot}/${path}`;
  const present = (['spec', 'plan', 'tasks'] as const).filter((name) => documents[name] !== undefined);
  return {
    ...{ feature, workPackageId, title: workPackage.title, agent, target },
    worktree: run.worktree(workPackageId),
    branch: run.branch(workPackageId),
    base: run.record(workPackageId).base ?? target,
    file: absolute(workPackage.path),
    text: workPackage.document.text,
    documents: present.map((name) => absolute(`${documents.directory}/${name}.md`)),
    dependencies: dependenciesOf(frontMatterGraph(state), workPackageId),
  };
};

const taskOf = (phase: Assignment['phase'], feedback: string | undefined, random: string): PromptTask => {
  if (phase === 'review') return { task: 'review', word: random.slice(0, WORD_LENGTH) };
  return feedback === undefined ? { task: 'implement' } : { task: 'rework', feedback };
};

/** Nobody has more than one guess. */
const WORD_LENGTH = 8;

const endOf = (exit: AgentExit, agent: string, task: PromptTask): RunEnd => {
  if (exit.how === 'not-started') return failed(`${agent} could not be started: ${exit.reason}.`);
  if (exit.how === 'stopped') return { end: 'stopped' };
  // What a program prints at last often says why it failed.
  const last = exit.lastLines.findLast((line) => line.trim() !== '')?.trim();
  const words = last === undefined ? '' : ` Its last line: ${cutText(last, MAX_LAST_WORDS_BYTES)}`;
  if (exit.how === 'killed') return failed(`${agent} was ended by ${exit.signal}.${words}`);
  if (exit.how !== 'exited') return failed(`${agent} did not end in time.${words}`);
  if (exit.code !== 0) return failed(`${agent} ended with exit code ${exit.code}.${words}`);
  if (task.task !== 'review') return { end: 'implemented' };
  const verdict = readVerdict(exit.answer, task.word);
  return verdict.verdict === 'none'
    ? failed(`${agent} ended without a verdict.${words}`)
    : { end: 'reviewed', verdict };
};

const failed = (reason: string): RunEnd => ({ end: 'failed', reason });

const MAX_LAST_WORDS_BYTES = 300;

/**
 * Notes in a work package's Activity Log, and with one event, what a run of an agent took. What came of the run is
 * durable before: a note that is lost with the process costs a figure, never a second run. One that cannot be made is
 * told of, and the run goes on.
 */
export const noteUsage = async (
  run: OrchestrationRun,
  workPackageId: string,
  { agent, phase }: Assignment,
  usage: RunUsage,
): Promise<void> => {
  const note = usageNote(usage, phase);
  try {
    await run.workOn(workPackageId, agent, (filed, draft) => {
      const { id } = filed;
      const fact = draft.emission.fact('HistoryAdded', {
        ...{ wp_id: id, entry_type: 'usage', entry_content: note, author: agent, feature_slug: run.feature },
        ...{ phase, ...usage },
      });
      draft.note(filed, fact, { by: agent, note });
      return { result: undefined, done: `note what ${agent} took for ${id}` };
    });
  } catch (error) {
    if (!isSyncError(error)) throw error;
    run.notice(workPackageId, `What ${agent} took for ${workPackageId} could not be noted: ${error.message}`);
  }
};
