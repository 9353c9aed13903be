import type { StatedCommand } from '../../../../agents/agent-consent.js';
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
      return {
        weight: 'warning',
        text: `There is no other agent, so ${progress.agent} reviews its own work.`,
      };
    case 'agent-started':
      return {
        weight: 'passing',
        text: about(
          progress,
          `${progress.agent} ${progress.phase === 'review' ? 'reviews' : 'implements'}${again(progress.retryCount)}`,
        ),
      };
    case 'agent-ended':
      return ended(progress);
    case 'reviewed':
      return note(
        about(
          progress,
          progress.verdict === 'approved'
            ? `${progress.agent} approves`
            : `${progress.agent} wants changes: ${firstLine(progress.feedback)}`,
        ),
      );
    case 'moved':
      return progress.to === 'done' ? note(about(progress, `is done, ${done} of ${all}`)) : undefined;
    case 'noticed':
      return note(
        progress.notice.startsWith(progress.workPackageId)
          ? progress.notice
          : about(progress, progress.notice),
      );
    case 'paused':
      return { weight: 'warning', text: about(progress, `needs you: ${progress.detail}`) };
    case 'stopping':
      return note('Stopping the agents.');
    case 'line':
    case 'merged':
      return undefined;
  }
};

/** How an agent is called, and who says so: `claude runs: claude --print`. */
export const commandLine = ({ agent, argv, statedBy, redefines }: StatedCommand): readonly Text[] => [
  '  ',
  bold(agent),
  ` runs: ${argv.map(quotedWord).join(' ')}`,
  redefines ? yellow(' (this repository says so, instead of what is known)') : '',
  statedBy === 'project' && !redefines ? ' (this repository says so)' : '',
];

/** A word that is more than letters shows where it begins and ends. */
const quotedWord = (word: string): string => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : JSON.stringify(word));

const note = (text: Text): Told => ({ weight: 'note', text });

const about = ({ workPackageId }: { readonly workPackageId: string }, text: string): Text => [
  bold(workPackageId),
  ` ${text}`,
];

const again = (retryCount: number): string => (retryCount === 0 ? '' : ` again (${retryCount + 1})`);

const ended = (progress: Extract<OrchestrationProgress, { what: 'agent-ended' }>): Told => {
  const { agent, phase, failure, durationMs } = progress;
  const work = phase === 'review' ? 'reviewed' : 'implemented';
  return failure === undefined
    ? { weight: 'passing', text: about(progress, `${agent} has ${work} it in ${duration(durationMs)}`) }
    : note(about(progress, failure));
};

const firstLine = (feedback = ''): string => feedback.trim().split('\n', 1)[0] ?? '';
