import { SyncError } from '../../domain/errors.js';
import type { HistoryEntryType } from '../../domain/events/payloads.js';
import { asOneLine } from '../../domain/work/markdown.js';
import type { ResultOf } from '../documents/all.js';
import { findWorkPackage } from './feature-state.js';
import type { PerformedWork, WorkPorts } from './perform-work.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface AddHistoryInput extends FeatureInput {
  readonly workPackageId: string;
  readonly note: string;
  /** Default `note`. */
  readonly type?: HistoryEntryType | undefined;
  /** Default `user`. */
  readonly author?: string | undefined;
}

export type AddHistoryResult = ResultOf<'agent tasks add-history'>;

/** Adds an entry to a work package's Activity Log; its lane stays. */
export class AddHistory extends UseCase<WorkPorts> {
  /** Fails with `input-invalid` for an empty note, `work-package-not-found`, and what the work itself fails with. */
  async run(input: AddHistoryInput, signal?: AbortSignal): Promise<PerformedWork<AddHistoryResult>> {
    if (input.note.trim() === '') {
      throw new SyncError('input-invalid', 'The note is empty.', { hint: 'Say with --note what happened.' });
    }
    const { type = 'note' } = input;
    const author = asOneLine(input.author ?? '') || 'user';
    return workOnFeature(this.ports, { ...input, agent: input.author }, signal, (draft) => {
      const { slug: feature } = draft.state.documents;
      const filed = findWorkPackage(draft.state, input.workPackageId);
      const { id, path } = filed;
      const fact = draft.emission.fact('HistoryAdded', {
        wp_id: id,
        entry_type: type,
        entry_content: input.note,
        author,
        feature_slug: feature,
      });
      const { line } = draft.enter(filed, fact, { by: author, note: input.note });
      return { result: { feature, workPackageId: id, path, type, line }, done: `add history to ${id}` };
    });
  }
}
