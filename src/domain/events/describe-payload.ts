import { isFields } from '../document.js';

interface DescribedEvent {
  readonly event_type: string;
  readonly payload: unknown;
}

/** What an event says, in a few words; empty for a type that this version does not know. */
export const describePayload = ({ event_type: type, payload: said }: DescribedEvent): string => {
  const payload = isFields(said) ? said : {};
  const text = (key: string): string => (typeof payload[key] === 'string' ? payload[key] : '');
  switch (type) {
    case 'WPStatusChanged':
      return `${text('previous_status')} → ${text('new_status')} by ${text('changed_by')}`;
    case 'WPCreated':
      return text('title');
    case 'WPAssigned':
      return `${text('agent_id')} for ${text('phase')}`;
    case 'FeatureCreated':
      return `on ${text('target_branch')}, ${String(payload['wp_count'])} work packages`;
    case 'FeatureCompleted':
      return `${String(payload['total_wps'])} work packages`;
    case 'HistoryAdded':
      return `${text('entry_type')}: ${text('entry_content')}`;
    case 'ErrorLogged':
      return `${text('error_type')}: ${text('error_message')}`;
    case 'DependencyResolved':
      return `${text('dependency_wp_id')} ${text('resolution_type')}`;
    default:
      return '';
  }
};
