import type { AdoptableEvent } from '../../domain/events/adopt-document.js';
import { isUuidV4 } from '../../domain/ids.js';

/** Events without a usable project uuid are kept together; they are held until somebody looks. */
export const byProject = (
  events: readonly AdoptableEvent[],
): ReadonlyMap<string | undefined, readonly AdoptableEvent[]> => {
  const projects = new Map<string | undefined, AdoptableEvent[]>();
  for (const event of events) {
    const { projectUuid } = event;
    const key = projectUuid !== undefined && isUuidV4(projectUuid) ? projectUuid : undefined;
    const own = projects.get(key);
    if (own === undefined) projects.set(key, [event]);
    else own.push(event);
  }
  return projects;
};
