import { isWorkPackageId } from '../../domain/ids.js';
import { breakageMessage, isBreakage } from '../../domain/workflow/breakage.js';
import type { Emission } from '../sync/event-emitter.js';
import type { WorkSubject } from './work-plan.js';

/**
 * Tells the team that a workflow command broke: one `ErrorLogged` for breakage, nothing for a refusal. It proves
 * nothing in a file, so it is captured in one step; what becomes of it is nobody's trouble, since one error is shown
 * already. Never throws.
 */
export const logBreakage = async (
  error: unknown,
  emission: Pick<Emission, 'fact' | 'capture'>,
  { workPackageId, agent, feature }: WorkSubject = {},
): Promise<void> => {
  if (!isBreakage(error)) return;
  const id = workPackageId?.trim().toUpperCase() ?? '';
  try {
    const fact = emission.fact('ErrorLogged', isWorkPackageId(id) ? id : 'error', {
      error_type: 'runtime',
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
