import { EVENT_TYPES, payloadDescription, type EventType } from '../../../src/domain/events/payloads.js';
import { jsonSchemaOf } from '../../../src/domain/json-schema.js';
import { sealed } from './samples.js';

const payloadSchema = (type: EventType) => jsonSchemaOf(payloadDescription(type, 'own'));

describe('the JSON Schema of a payload', () => {
  it('says what the table says', () => {
    expect(payloadSchema('WPCreated')).toEqual({
      title: 'WPCreated',
      type: 'object',
      properties: {
        wp_id: { type: 'string', pattern: String.raw`^WP\d{2,4}$` },
        title: { type: 'string', minLength: 1 },
        dependencies: {
          type: 'array',
          items: { type: 'string', pattern: String.raw`^WP\d{2,4}$` },
          default: [],
        },
        status: { enum: ['planned', 'doing', 'for_review', 'done'], default: 'planned' },
        feature_slug: { type: 'string', minLength: 1 },
        detail: { type: 'string', minLength: 1 },
      },
      required: ['wp_id', 'title', 'feature_slug'],
      additionalProperties: false,
    });
  });

  it('knows nulls, counts, times and durations', () => {
    expect(payloadSchema('ErrorLogged')).toMatchObject({
      properties: { stack_trace: { type: ['string', 'null'], default: null } },
      required: ['error_type', 'error_message'],
    });
    expect(payloadSchema('FeatureCompleted')).toMatchObject({
      properties: {
        total_wps: { type: 'integer', minimum: 0 },
        completed_at: { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] },
        total_duration: { type: ['string', 'null'], format: 'duration' },
      },
    });
  });

  it.each(EVENT_TYPES)('names every key that %s has when it is sealed', (type) => {
    const { properties } = payloadSchema(type) as { readonly properties: object };
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(sealed(type).payload)));
  });
});
