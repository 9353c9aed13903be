import type { AgentCommand } from '../../../../../ports/agents.js';
import type { OrchestrationProgress } from '../../../../agents/orchestration-progress.js';
import { duration } from '../../../../../domain/duration.js';
import { bold, yellow, type Text } from '../../../render/text.js';

/** What is said of a step of an orchestration: nothing, a word in passing, or something that should not be missed. */
export interface Told {
  readonly text: Text;
  readonly weight: 'passing' | 'note' | 'warning';
}

/**
 * The line for a step. `passing` is what a live display shows anyway, so it is only written where there is none.
 * `done` and `all`: how many work packages are done, of how many.
 */
export const toldOf = (
  progress: OrchestrationProgress,
  { done, all }: { readonly done: number; readonly all: number },
): Told | undefined => {
  switch (progress.what) {
    case 'started':
      return note([
        bold(progress.feature),
        progress.isResumed ? ' goes on with ' : ' begins with ',
        `${progress.agents.join(', ')}.`,
        ...progress.commands.flatMap((command): Text[] => ['\n', ...commandLine(command)]),
      ]);
    case 'reviews-own-work':
      return warning(`There is no other agent, so ${progress.agent} reviews its own work.`);
    case 'agent-started': {
      const { agent, phase, retryCount } = progress;
      const again = retryCount === 0 ? '' : ` again (${retryCount + 1})`;
      return passing(about(progress, `${agent} ${phase === 'review' ? 'reviews' : 'implements'}${again}`));
    }
    case 'agent-ended': {
      const { agent, phase, failure, durationMs } = progress;
      if (failure !== undefined) return note(about(progress, failure));
      const work = phase === 'review' ? 'reviewed' : 'implemented';
      return passing(about(progress, `${agent} has ${work} it in ${duration(durationMs)}`));
    }
    case 'reviewed': {
      const { agent, verdict, feedback = '' } = progress;
      const [first = ''] = feedback.trim().split('\n', 1);
      return note(
        about(progress, verdict === 'approved' ? `${agent} approves` : `${agent} wants changes: ${first}`),
      );
    }
    case 'moved':
      return progress.to === 'done' ? note(about(progress, `is done, ${done} of ${all}`)) : undefined;
    case 'noticed': {
      const { notice, workPackageId } = progress;
      return note(notice.startsWith(workPackageId) ? notice : about(progress, notice));
    }
    case 'paused':
      return warning(about(progress, `needs you: ${progress.detail}`));
    case 'stopping':
      return note('Stopping the agents.');
    case 'line':
    case 'merged':
      return undefined;
  }
};

/** How an agent is called, and who says so: `claude runs: claude --print`. */
export const commandLine = ({ agent, argv, statedBy, redefines }: AgentCommand): readonly Text[] => [
  '  ',
  bold(agent),
  ` runs: ${argv.map(quotedWord).join(' ')}`,
  redefines ? yellow(' (this repository says so, instead of what is known)') : '',
  statedBy === 'project' && !redefines ? ' (this repository says so)' : '',
];

/** A word that is more than letters shows where it begins and ends. */
const quotedWord = (word: string): string => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : JSON.stringify(word));

const passing = (text: Text): Told => ({ weight: 'passing', text });
const note = (text: Text): Told => ({ weight: 'note', text });
const warning = (text: Text): Told => ({ weight: 'warning', text });

const about = ({ workPackageId }: { readonly workPackageId: string }, text: string): Text => [
  bold(workPackageId),
  ` ${text}`,
];
