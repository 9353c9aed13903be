import type { ListLeftEvents } from '../../../reports/list-left-events.js';
import { toJsonDocument } from '../../render/visible.js';
import { OutputFile } from '../shared/output-file.js';

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

const DELIVERED = 'Delivery itself is done; what stayed is shown by: spec-kitty sync status';

/** Fails with `storage-failed` when the file cannot be written; what was delivered stays delivered. */
export const writeReport = async (path: string, unique: string, report: object): Promise<void> => {
  const file = await OutputFile.begin(path, unique, DELIVERED);
  try {
    await file.write(toJsonDocument(report));
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
};
