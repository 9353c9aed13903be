import type { KeyRule } from './payload-rules.js';
import { redact, type RedactionScope } from './redact.js';
import { redactTrace } from './redact-trace.js';

/**
 * Redacts one value of a payload. Free text is redacted as its rule says; a value that no rule knows may hold
 * anything, so every text in it is redacted. Values that a rule confines stay as they are.
 */
export const redactMember = (rule: KeyRule | undefined, value: unknown, scope: RedactionScope): unknown => {
  if (rule === undefined) return redactDeep(value, scope);
  if (rule.rule.is !== 'text' || rule.rule.free === undefined || typeof value !== 'string') return value;
  return rule.rule.free === 'trace' ? redactTrace(value, scope) : redact(value, scope);
};

const redactDeep = (value: unknown, scope: RedactionScope): unknown => {
  if (typeof value === 'string') return redact(value, scope);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redact(key, scope), redactDeep(member, scope)]),
  );
};
