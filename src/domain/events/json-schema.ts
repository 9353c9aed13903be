import { payloadRule, type KeyRule, type ValueRule } from './payload-rules.js';
import type { EventType } from './payloads.js';

type Schema = Readonly<Record<string, unknown>>;

/** JSON Schema (draft 2020-12) of the payload that our writers give an event type, from the same table that judges it. */
export const payloadSchema = (type: EventType): Schema => {
  const keys = Object.entries(payloadRule(type).keys);
  return {
    title: type,
    type: 'object',
    properties: Object.fromEntries(keys.map(([name, rule]) => [name, keySchema(rule)])),
    required: keys.filter(([, rule]) => rule.required !== undefined).map(([name]) => name),
    additionalProperties: false,
  };
};

const keySchema = (key: KeyRule): Schema => ({
  ...valueSchema(key.rule),
  ...(key.default !== undefined && { default: key.default }),
});

const valueSchema = (rule: ValueRule): Schema => {
  switch (rule.is) {
    case 'text':
      return {
        type: rule.nullable === true ? ['string', 'null'] : 'string',
        ...(rule.minLength !== undefined && { minLength: rule.minLength }),
        ...(rule.pattern !== undefined && { pattern: rule.pattern.source }),
      };
    case 'choice':
    case 'lane':
      return { enum: rule.of };
    case 'count':
      return { type: 'integer', minimum: 0 };
    case 'list':
      return { type: 'array', items: { type: 'string', pattern: rule.of.source } };
    case 'time':
      return { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] };
    case 'duration':
      return { type: ['string', 'null'], format: 'duration' };
  }
};
