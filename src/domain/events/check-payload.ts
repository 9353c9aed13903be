import type { Issue } from '../result.js';
import { memberPath } from './check-json.js';
import { checkValue, type ParseMode } from './check-value.js';
import { payloadRule, type KeyRule } from './payload-rules.js';
import type { EventType } from './payloads.js';

type Fields = Readonly<Record<string, unknown>>;

/** Everything that is wrong with the payload of a known type, each with its path below `payload`. */
export const checkPayload = (type: EventType, payload: Fields, mode: ParseMode): readonly Issue[] => {
  const { keys } = payloadRule(type);
  const issues: Issue[] = [];
  for (const [name, rule] of Object.entries(keys)) {
    const key = mode === 'foreign' ? writtenKey(payload, name, rule) : name;
    const reason = checkKey(ownMember(payload, key), rule, mode);
    if (reason !== undefined) issues.push({ path: memberPath('payload', key), reason });
  }
  if (mode === 'own') {
    for (const key of Object.keys(payload)) {
      if (!Object.hasOwn(keys, key))
        issues.push({ path: memberPath('payload', key), reason: `is not a key of ${type}` });
    }
  }
  return issues;
};

/** The key under which the writer put a value: ours, else the older one where only that is there. */
export const writtenKey = (payload: Fields, name: string, rule: KeyRule): string =>
  rule.formerly !== undefined && !Object.hasOwn(payload, name) && Object.hasOwn(payload, rule.formerly)
    ? rule.formerly
    : name;

/** A member that the document itself has; what objects inherit is not part of a document. */
export const ownMember = (fields: Fields, key: string): unknown =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

const checkKey = (value: unknown, rule: KeyRule, mode: ParseMode): string | undefined => {
  const isRequired = rule.required === 'everyone' || (rule.required === 'writers' && mode === 'own');
  // Older clients write null for an optional value that they do not have.
  if (value === undefined || (value === null && mode === 'foreign' && !isRequired)) {
    return isRequired ? 'is required' : undefined;
  }
  // The same clients write an empty text for it.
  if (value === '' && mode === 'foreign' && rule.default !== undefined) return undefined;
  return checkValue(value, rule.rule, mode);
};
