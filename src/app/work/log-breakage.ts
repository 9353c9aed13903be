import { isWorkPackageId } from '../../domain/ids.js';
import { breakageMessage, breakageType } from '../../domain/work/breakage.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Repository } from '../../ports/work.js';
import type { ShowIdentity } from '../events/show-identity.js';
import type { Emission, EventEmitter } from '../outbox/event-emitter.js';
import { UseCase } from '../use-case.js';

/** What a piece of work is about, as far as it is known before the files are read. */
export interface WorkSubject {
  readonly feature?: string | undefined;
  readonly workPackageId?: string | undefined;
  /** Who does the work. */
  readonly agent?: string | undefined;
}

/**
 * Tells the team that a workflow command broke: one `ErrorLogged` for breakage, nothing for a refusal, and nothing for
 * an error that was told already on its way up. It proves nothing in a file, so it is captured in one step; what
 * becomes of it is nobody's trouble, since one error is shown already. Never throws.
 */
export const logBreakage = async (
  error: unknown,
  emission: Pick<Emission, 'fact' | 'capture'>,
  { workPackageId, agent, feature }: WorkSubject = {},
): Promise<void> => {
  const type = breakageType(error);
  if (type === undefined || isTold(error)) return;
  markTold(error);
  const id = workPackageIdOf(workPackageId ?? '');
  try {
    const fact = emission.fact('ErrorLogged', {
      error_type: type,
      error_message: breakageMessage(error),
      ...(isWorkPackageId(id) ? { wp_id: id } : {}),
      ...(agent === undefined ? {} : { agent_id: agent }),
      ...(feature === undefined ? {} : { feature_slug: feature }),
    });
    await emission.capture([fact]);
  } catch {
    // The error that is being told of is the one that counts.
  }
};

interface LogBreakagePorts {
  readonly repository: Pick<Repository, 'locate'>;
  readonly showIdentity: Pick<ShowIdentity, 'run'>;
  readonly emitter: Pick<EventEmitter, 'begin'>;
}

/**
 * Tells the team of work that broke before it began, such as over a folder that cannot be read; later breakage is told
 * where it happens. Nothing is told of a project without a complete identity, since beginning to tell would write one,
 * and what fails changes nothing. Never throws.
 */
export class LogBreakage extends UseCase<LogBreakagePorts> {
  async run(error: unknown, directory: string, subject: WorkSubject): Promise<void> {
    try {
      const checkout = await this.ports.repository.locate(directory);
      const project = (await this.ports.showIdentity.run(directory))?.project;
      const isComplete = project?.uuid?.source === 'config' && project.mintedBy !== undefined;
      if (checkout === undefined || !isComplete || project.slug.source !== 'config') return;
      await logBreakage(error, await this.ports.emitter.begin(checkout), subject);
    } catch {
      // The error that is being told of is the one that counts.
    }
  }
}

/** Whether nothing is left to tell of this error. */
export const isSettled = (error: unknown): boolean => breakageType(error) === undefined || isTold(error);

/** The mark is on the error itself, so that every part of the program sees it, whichever file it was bundled into. */
const TOLD = Symbol.for('spec-kitty-sync/told');

const isTold = (error: unknown): boolean => typeof error === 'object' && error !== null && TOLD in error;

const markTold = (error: unknown): void => {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error))
    Object.defineProperty(error, TOLD, { value: true });
};
