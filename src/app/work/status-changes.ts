import { readStatusLog, STATUS_LOG, STATUS_SNAPSHOT } from '../../domain/work/status-log.js';
import { withRows, type Row } from '../../domain/work/status-rows.js';
import { snapshotAfter } from '../../domain/work/status-rows.js';
import type { FileChange } from '../../ports/work.js';
import type { FeatureState } from './feature-state.js';

/**
 * The status log with more rows, and in front of it the snapshot that other clients keep, where there is one: the log
 * holds the evidence and comes last.
 */
export const statusChanges = (
  { documents: { directory, status } }: Pick<FeatureState, 'documents'>,
  rows: readonly Row[],
): readonly FileChange[] => {
  if (rows.length === 0) return [];
  const before = status?.log;
  const after = withRows(before ?? '', rows);
  const snapshot =
    status?.snapshot === undefined ? undefined : snapshotAfter(status.snapshot, readStatusLog(after));
  return [
    ...(snapshot === undefined
      ? []
      : [
          {
            path: `${directory}/${STATUS_SNAPSHOT}`,
            before: status?.snapshot,
            after: snapshot,
            isDerived: true,
          },
        ]),
    { path: `${directory}/${STATUS_LOG}`, before, after },
  ];
};
