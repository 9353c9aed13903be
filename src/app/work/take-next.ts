import { SyncError } from '../../domain/errors.js';
import type { WorkAhead } from '../../domain/work/work-ahead.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import type { ImplementInput, ImplementResult, ImplementWorkPackage } from './implement-work-package.js';
import type { PerformedWork } from './work-plan.js';
import { lookAhead, type AheadPorts } from './read-work-ahead.js';

export interface TakeNextInput extends Omit<ImplementInput, 'workPackageId' | 'base'> {
  /** Who takes it. */
  readonly agent: string;
}

interface TakeNextPorts extends AheadPorts {
  readonly implementWorkPackage: Pick<ImplementWorkPackage, 'take'>;
}

/** Takes the first work package that may begin. It is chosen under the lock under which it is begun: no two get the same. */
export class TakeNext {
  readonly #ports: TakeNextPorts;

  constructor(ports: TakeNextPorts) {
    this.#ports = ports;
  }

  /** Fails with `nothing-ready`, which says what is waited for, and as beginning that work package does. */
  async run(input: TakeNextInput, signal?: AbortSignal): Promise<PerformedWork<ImplementResult>> {
    return this.#ports.implementWorkPackage.take(
      input,
      async (state, { checkout }) => {
        const ahead = await lookAhead(this.#ports, checkout, state);
        const [first] = ahead.ready;
        if (first !== undefined) return first.id;
        throw nothingReady(state.documents.slug, ahead);
      },
      signal,
    );
  }
}

const nothingReady = (slug: string, ahead: WorkAhead): SyncError => {
  const told = [
    ...countOf(ahead.inWork, 'in work'),
    ...countOf(ahead.toReview, 'to be reviewed'),
    ...countOf(ahead.waiting, 'waiting'),
    ...(ahead.decisions.length === 0 ? [] : [`${ahead.decisions.length} for a person to decide`]),
  ];
  const why = told.length === 0 ? 'All of its work is done.' : `There are ${told.join('; ')}.`;
  return new SyncError('nothing-ready', `No work package of ${slug} may begin now. ${why}`, {
    hint:
      told.length === 0
        ? 'Choose another feature.'
        : `Review what waits for it, or come back later. "spec-kitty agent tasks ready --feature ${slug}" says what waits for what.`,
  });
};

const countOf = (named: readonly { readonly id: string }[], what: string): readonly string[] =>
  named.length === 0 ? [] : [`${describeIds(named.map(({ id }) => id))} ${what}`];
