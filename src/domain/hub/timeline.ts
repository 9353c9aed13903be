import { compareCausal } from '../events/lamport.js';
import { describePayload } from '../events/describe-payload.js';
import { cellOf, type BoardEvent } from './board-event.js';

/** One event of a work package, for a person. */
export interface TimelineEntry {
  readonly id: string;
  /** Lamport timestamp. */
  readonly clock: number;
  /** When it happened, by its producer's clock. */
  readonly time: string;
  readonly what: string;
  /** Node id of the machine and user that captured it. */
  readonly who: string;
  /** Where it was found. */
  readonly where: 'here' | 'at the hub' | 'here and at the hub';
}

/** Events of one work package, from here and from the hub, in causal order, each once. */
export const timelineOf = (
  here: readonly BoardEvent[],
  hub: readonly BoardEvent[],
  { feature, workPackageId }: { readonly feature: string; readonly workPackageId: string },
): readonly TimelineEntry[] => {
  const isAbout = (event: BoardEvent): boolean => {
    const cell = cellOf(event);
    return cell.feature === feature && cell.workPackage === workPackageId;
  };
  const atHub = new Set(hub.map(({ event_id: id }) => id));
  const local = new Set(here.map(({ event_id: id }) => id));
  const all = new Map([...here, ...hub].filter(isAbout).map((event) => [event.event_id, event]));
  return [...all.values()].sort(compareCausal).map((event) => ({
    id: event.event_id,
    clock: event.lamport_clock,
    time: event.timestamp.slice(0, 19).replace('T', ' '),
    what: [event.event_type, describePayload(event)].filter((text) => text !== '').join(': '),
    who: event.node_id,
    where: local.has(event.event_id)
      ? atHub.has(event.event_id)
        ? 'here and at the hub'
        : 'here'
      : 'at the hub',
  }));
};
