import { isWorkPackageId } from '../../domain/ids.js';
import { breakageMessage, breakageType } from '../../domain/work/breakage.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { WorkSubject } from './work-plan.js';

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
    const fact = emission.fact('ErrorLogged', isWorkPackageId(id) ? id : 'error', {
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

/** Whether nothing is left to tell of this error. */
export const isSettled = (error: unknown): boolean => breakageType(error) === undefined || isTold(error);

/** The mark is on the error itself, so that every part of the program sees it, whichever file it was bundled into. */
const TOLD = Symbol.for('spec-kitty-sync/told');

const isTold = (error: unknown): boolean => typeof error === 'object' && error !== null && TOLD in error;

const markTold = (error: unknown): void => {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error))
    Object.defineProperty(error, TOLD, { value: true });
};
