import type {
  OrchestrationStanding,
  StandingWord,
  WorkPackageStanding,
} from '../../../../agents/standing.js';
import type { AbortResult } from '../../../../agents/abort-orchestration.js';
import type { OrchestrationReport } from '../../../../agents/orchestration-status.js';
import type { OrchestrationResult } from '../../../../agents/orchestrate-feature.js';
import type { OrchestrationPlan } from '../../../../agents/plan-orchestration.js';
import type * as frame from '../../../define-command.js';
import type { Outcome } from '../../../exit-codes.js';
import { flexible, table } from '../../../render/table.js';
import { bold, lines, type Text } from '../../../render/text.js';
import type { DataOf } from '../../../../documents/all.js';
import { commandLine } from './told-lines.js';

type Report = frame.Report<DataOf<'orchestrate'>>;

/** How a run ended. */
export const resultReport = ({ ended, standing }: OrchestrationResult): Report => {
  const [outcome, said] = ENDS[ended];
  return {
    outcome,
    data: { action: 'run', ended, orchestration: standing },
    text: lines([
      [bold(standing.feature), ` ${said}: ${summary(standing)}.`],
      ...standing.workPackages.flatMap(troubleOf),
      ...(ended === 'paused' || ended === 'interrupted' ? goingOn(standing) : []),
    ]),
  };
};

export const statusReport = (report: OrchestrationReport | undefined, width: number): Report => {
  if (report === undefined) {
    return {
      data: { action: 'status', orchestration: null },
      text: 'No orchestration was ever begun in this project.',
    };
  }
  const { isRunning, standing } = report;
  const rows = standing.workPackages.map(({ id, standing: word, agent = '–', title, waitsFor }) => [
    ...[id, word, agent, title, waitsFor.join(', ')],
  ]);
  return {
    data: { action: 'status', isRunning, orchestration: standing },
    text: lines([
      [
        bold(standing.feature),
        ` ${isRunning ? 'is being orchestrated' : STATES[standing.status]}: ${summary(standing)}.`,
      ],
      '',
      table(COLUMNS, rows, width),
      ...standing.workPackages.flatMap(troubleOf),
      ...(canGoOn(report) ? goingOn(standing) : []),
    ]),
  };
};

export const abortReport = ({ feature, runId, outcome }: AbortResult): Report => ({
  data: { action: 'abort', feature, runId, outcome },
  text: [bold(feature), ABORTS[outcome]],
});

export const planReport = (plan: OrchestrationPlan): Report => {
  const { feature, agents, limits, waves, elsewhere, done } = plan;
  const count = waves.reduce((sum, wave) => sum + wave.length, 0);
  return {
    data: { action: 'dry-run', plan },
    text: lines([
      [bold(feature), `: ${count} work packages for ${agents.join(', ')}, ${limits.maxParallel} at a time.`],
      ...waves.map((wave, index) => `  ${index + 1}. ${wave.join(' ')}`),
      ...(elsewhere.length === 0 ? [] : [`In doing already, and left alone: ${elsewhere.join(' ')}`]),
      ...(done.length === 0 ? [] : [`Done: ${done.join(' ')}`]),
      ...(limits.merges ? [] : ['What is approved is not merged.']),
      'Agents:',
      ...plan.commands.map(commandLine),
    ]),
  };
};

/** What has become of the work packages, in numbers; what is nought is left out. */
export const summary = ({ counts, workPackages }: OrchestrationStanding): string => {
  const told = Object.entries(WORDS).flatMap(([word, text]) => {
    const count = counts[word as StandingWord];
    return count === 0 || word === 'done' ? [] : [`${count} ${text}`];
  });
  return [`${counts.done} of ${workPackages.length} done`, ...told].join(', ');
};

/** The next command; where agents failed also the one with which others take over. */
const goingOn = ({ workPackages }: OrchestrationStanding): readonly Text[] => [
  `Go on with: ${RESUME}`,
  ...(workPackages.some(({ standing }) => standing === 'paused')
    ? [`With other agents: ${RESUME} --agents NAME,NAME`]
    : []),
];

const RESUME = 'spec-kitty orchestrate --resume';

const COLUMNS = ['work package', 'state', 'agent', flexible('title'), flexible('waits for')];

const WORDS: Readonly<Record<StandingWord, string>> = {
  done: 'done',
  approved: 'approved',
  implementing: 'being implemented',
  reviewing: 'in review',
  ready: 'ready',
  waiting: 'waiting',
  blocked: 'blocked',
  elsewhere: 'in other hands',
  paused: 'for you to look at',
};

type End = readonly [outcome: Outcome, said: string];

const ENDS: Readonly<Record<OrchestrationResult['ended'], End>> = {
  completed: ['done', 'is through'],
  paused: ['failed', 'needs you'],
  aborted: ['failed', 'was given up'],
  interrupted: ['interrupted', 'was interrupted'],
};

const ABORTS: Readonly<Record<AbortResult['outcome'], string>> = {
  aborted: ' is given up. Lanes, branches and work trees stay as they are.',
  stopped: ' was stopped and is given up. Lanes, branches and work trees stay as they are.',
  'already-aborted': ' was given up before.',
  'already-completed': ' is through; there is nothing to give up.',
};

/** Of a run at which no process is at work. */
const STATES: Readonly<Record<OrchestrationStanding['status'], string>> = {
  running: 'was cut short',
  paused: 'is paused',
  completed: 'is through',
  aborted: 'was given up',
};

const canGoOn = ({ isRunning, standing }: OrchestrationReport): boolean =>
  !isRunning && (standing.status === 'running' || standing.status === 'paused');

const troubleOf = ({ id, standing, detail }: WorkPackageStanding): readonly Text[] =>
  standing === 'paused' && detail !== undefined ? [[bold(id), `: ${detail}`]] : [];
