import { isFields } from '../document.js';

interface DescribedEvent {
  readonly event_type: string;
  readonly payload: unknown;
}

/** What an event says, in a few words; empty for a type that this version does not know. */
export const describePayload = ({ event_type: type, payload }: DescribedEvent): string =>
  (WORDS.get(type) ?? '').replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = isFields(payload) ? payload[key] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });

const WORDS: ReadonlyMap<string, string> = new Map([
  ['WPStatusChanged', '{previous_status} → {new_status} by {changed_by}'],
  ['WPCreated', '{title}'],
  ['WPAssigned', '{agent_id} for {phase}'],
  ['FeatureCreated', 'on {target_branch}, {wp_count} work packages'],
  ['FeatureCompleted', '{total_wps} work packages'],
  ['HistoryAdded', '{entry_type}: {entry_content}'],
  ['ErrorLogged', '{error_type}: {error_message}'],
  ['DependencyResolved', '{dependency_wp_id} {resolution_type}'],
]);
