import * as v from 'valibot';
import * as a from '../../src/domain/document.js';
import { jsonSchemaOf } from '../../src/domain/json-schema.js';

const parcel = a.object(
  {
    label: a.matching(/^[A-Z]+$/, 'must be capitals'),
    weight: a.integer(1),
    fragile: v.exactOptional(a.flag()),
    way: a.choice(['land', 'sea']),
    stops: a.list(a.object({ town: a.text() })),
    note: v.nullable(a.text()),
  },
  { refuse: 'is unknown', keywords: { title: 'Parcel' } },
);

const sound = { label: 'A', weight: 1, way: 'sea', stops: [{ town: 'Ulm', more: 1 }], note: null };

describe('a description', () => {
  it('accepts what is as described, and hands on nothing but its verdict', () => {
    expect(a.issuesOf(parcel, sound)).toEqual([]);
    expect(a.isDocument(parcel, { ...sound, fragile: true })).toBe(true);
    expect(a.isDocument(parcel, { ...sound, fragile: undefined })).toBe(true);
  });

  it('names every place with what it must be, in the order of the description', () => {
    const wrong = { label: 'a', weight: 0.5, way: 'air', stops: [{}, 7, { town: 1 }], note: 1, x: 1, y: 2 };
    expect(a.issuesOf(parcel, wrong)).toEqual([
      { path: 'label', reason: 'must be capitals' },
      { path: 'weight', reason: 'must be an integer from 1 up' },
      { path: 'way', reason: 'must be one of land, sea' },
      { path: 'stops.0.town', reason: 'is required' },
      { path: 'stops.1', reason: 'must be an object' },
      { path: 'stops.2.town', reason: 'must be text' },
      { path: 'note', reason: 'must be text' },
      { path: 'x', reason: 'is unknown' },
      { path: 'y', reason: 'is unknown' },
    ]);
    expect(a.isDocument(parcel, wrong)).toBe(false);
  });

  it.each([[[]], [null], ['x'], [() => 1], [Object.create(sound)]])('takes no %p for an object', (value) => {
    expect(a.isDocument(parcel, value)).toBe(false);
  });

  it('may hold any schema of valibot, and stand in any', () => {
    const lots = v.record(v.string(), v.union([parcel, v.literal(0)]));
    expect(v.is(lots, { a: sound, b: 0 })).toBe(true);
    expect(v.is(lots, { a: { ...sound, label: 'a' } })).toBe(false);
    expect(a.issuesOf(lots, { a: { ...sound, label: 'a' } })).toHaveLength(1);
    expect(parcel['~standard'].validate(sound)).toMatchObject({ value: sound });
    expect(parcel['~standard'].validate(1)).toMatchObject({ issues: [{ message: 'must be an object' }] });
  });
});

describe('its JSON Schema', () => {
  it('says what can be said in JSON Schema', () => {
    expect(jsonSchemaOf(parcel)).toEqual({
      title: 'Parcel',
      type: 'object',
      properties: {
        label: { type: 'string', pattern: '^[A-Z]+$' },
        weight: { type: 'integer', minimum: 1 },
        fragile: { type: 'boolean' },
        way: { enum: ['land', 'sea'] },
        stops: {
          type: 'array',
          items: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
        },
        note: { type: ['string', 'null'] },
      },
      required: ['label', 'weight', 'way', 'stops', 'note'],
      additionalProperties: false,
    });
    expect(jsonSchemaOf(v.record(v.string(), v.union([a.number(), v.null()])))).toEqual({
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    });
    expect(jsonSchemaOf(v.nullable(a.choice(['x'])))).toEqual({ enum: ['x', null] });
  });

  it('is refused rather than guessed for a schema that nobody has thought of', () => {
    expect(() => jsonSchemaOf(v.date())).toThrow('date');
  });
});
