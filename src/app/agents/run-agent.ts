import {
  fillCommandLine,
  namesPrompt,
  promptFor,
  type PromptFacts,
  type PromptTask,
} from '../../domain/agents/prompt.js';
import { APPROVED, failed, IMPLEMENTED, rejected, type Change } from '../../domain/agents/record.js';
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

/** Lets an agent do what it was assigned to; returns what becomes of the work package. `took`: absent when its program was not started. */
export const runAgent = async (
  run: OrchestrationRun,
  workPackageId: string,
  assignment: Assignment,
  signal: AbortSignal,
): Promise<{ readonly change: Change; readonly took?: RunUsage }> => {
  const { ports, place, feature, commands } = run;
  const { agent, phase, retryCount } = assignment;
  const command = commands.find((each) => each.agent === agent);
  const failedBy = (reason: string): Change =>
    failed(run.record(workPackageId), agent, reason, run.state.agents);
  if (command === undefined) return { change: failedBy(`Nobody knows how to run the agent ${agent}.`) };
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
  if (signal.aborted) return { change: {} };
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
  const verdict =
    exit.how === 'exited' && task.task === 'review' ? readVerdict(exit.answer, task.word) : undefined;
  const failure = failureOf(exit, agent, verdict);
  const durationMs = Math.max(0, ports.wallClock.nowMs() - atMs);
  const ended = { what: 'agent-ended', ...about, durationMs } as const;
  run.tell(failure === undefined ? ended : { ...ended, failure });
  if (exit.how === 'not-started') return { change: failedBy(failure ?? '') };
  const took = { ...exit.usage, duration_ms: durationMs };
  if (exit.how === 'stopped') return { change: {}, took };
  if (failure !== undefined) return { change: failedBy(failure), took };
  if (verdict === undefined || verdict.verdict === 'none') return { change: IMPLEMENTED, took };
  run.tell({ what: 'reviewed', workPackageId, agent, ...verdict });
  if (verdict.verdict === 'approved') return { change: APPROVED, took };
  return { change: rejected(run.record(workPackageId), verdict.feedback, run.state.limits), took };
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

/** Why an agent has not done what it was asked for, in a whole sentence; `undefined` when it has, or was stopped by us. */
const failureOf = (exit: AgentExit, agent: string, verdict: Verdict | undefined): string | undefined => {
  if (exit.how === 'not-started') return `${agent} could not be started: ${exit.reason}.`;
  if (exit.how === 'stopped') return undefined;
  // What a program prints at last often says why it failed.
  const last = exit.lastLines.findLast((line) => line.trim() !== '')?.trim();
  const words = last === undefined ? '' : ` Its last line: ${cutText(last, MAX_LAST_WORDS_BYTES)}`;
  if (exit.how === 'killed') return `${agent} was ended by ${exit.signal}.${words}`;
  if (exit.how !== 'exited') return `${agent} did not end in time.${words}`;
  if (exit.code !== 0) return `${agent} ended with exit code ${exit.code}.${words}`;
  return verdict?.verdict === 'none' ? `${agent} ended without a verdict.${words}` : undefined;
};

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
      draft.enter(filed, fact, { by: agent, note });
      return { result: undefined, done: `note what ${agent} took for ${id}` };
    });
  } catch (error) {
    if (!isSyncError(error)) throw error;
    run.notice(workPackageId, `What ${agent} took for ${workPackageId} could not be noted: ${error.message}`);
  }
};
