import { writeFile } from 'node:fs/promises';
import { SyncError } from '../../../../domain/errors.js';
import type { ListLeftEvents } from '../../../usecases/delivery/list-left-events.js';
import { toJsonDocument } from '../../render/visible.js';

/** What `sync now --report` writes: what was delivered, and every event that was not, with the reason. */
export const deliveryReport = (
  nowMs: number,
  summary: object,
  projects: Awaited<ReturnType<ListLeftEvents['run']>>,
): object => ({
  version: 2,
  generated_at: new Date(nowMs).toISOString(),
  summary,
  projects: projects.map(({ projectUuid, events }) => ({
    project_uuid: projectUuid ?? null,
    failures: events.map(({ eventId, state, reason }) => ({ event_id: eventId, state, reason })),
  })),
});

/** Fails with `storage-failed` when the file cannot be written; what was delivered stays delivered. */
export const writeReport = async (path: string, report: object): Promise<void> => {
  try {
    await writeFile(path, `${toJsonDocument(report)}\n`);
  } catch (error) {
    throw new SyncError('storage-failed', `The report could not be written to ${path}.`, {
      cause: error,
      hint: 'Delivery itself is done; what stayed is shown by: spec-kitty sync status',
    });
  }
};
