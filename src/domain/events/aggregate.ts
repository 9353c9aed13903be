import type { AggregateType } from './envelope.js';
import { aggregateRule, type EventType } from './payloads.js';

/** The entity an event happened to. */
export interface Aggregate {
  readonly id: string;
  readonly type: AggregateType;
}

/** Aggregate id of an error that no work package is known for. */
export const ERROR_AGGREGATE = 'error';

/** The aggregate that an event's payload names. The id is empty when the payload does not name it as it must. */
export const aggregateOf = (type: EventType, payload: Readonly<Record<string, unknown>>): Aggregate => {
  const workPackage = textOf(payload['wp_id']);
  switch (aggregateRule(type)) {
    case 'work-package':
      return { id: workPackage, type: 'WorkPackage' };
    case 'work-package-or-error':
      return workPackage === ''
        ? { id: ERROR_AGGREGATE, type: 'Feature' }
        : { id: workPackage, type: 'WorkPackage' };
    case 'feature':
      return { id: textOf(payload['feature_slug']), type: 'Feature' };
  }
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
