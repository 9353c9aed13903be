import fc from 'fast-check';
import { adoptDocument } from '../../../src/domain/events/adopt-document.js';
import { fromCloudEvent, isCloudEvent, toCloudEvent } from '../../../src/domain/events/cloud-event.js';
import { ENVELOPE_KEYS } from '../../../src/domain/events/envelope.js';
import { envelopeOf } from '../../support/outgoing-events.js';

const ENVELOPE = envelopeOf(7, { git_branch: null, causation_id: null });

/** What CloudEvents 1.0 demands of the attributes of an event in structured mode. */
const breaches = (event: Readonly<Record<string, unknown>>): readonly string[] => {
  const { specversion, id, source, type, subject, time, data, ...extensions } = event;
  const isLegal = (value: unknown): boolean =>
    typeof value === 'string' &&
    value !== '' &&
    !/[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/u.test(value);
  return [
    ...(specversion === '1.0' ? [] : ['specversion']),
    ...[id, source, type].flatMap((value) => (isLegal(value) ? [] : ['a required attribute'])),
    ...(/^urn:spec-kitty-sync:node:[\w%.~!*'()-]+$/.test(String(source)) ? [] : ['source is no URI']),
    ...(subject === undefined || isLegal(subject) ? [] : ['subject']),
    ...(time === undefined || !Number.isNaN(Date.parse(String(time))) || / |^\d{4}-/.test(String(time))
      ? []
      : ['time']),
    ...(data === undefined || typeof data === 'object' ? [] : ['data']),
    ...Object.entries(extensions).flatMap(([name, value]) =>
      /^[a-z0-9]{1,20}$/.test(name) && isLegal(value) ? [] : [`extension ${name}`],
    ),
  ];
};

/** Through JSON, as a file has it. */
const travelled = (document: Readonly<Record<string, unknown>>): unknown => {
  const back = fromCloudEvent(
    JSON.parse(JSON.stringify(toCloudEvent(String(document['event_id']), document))),
  );
  return back.ok ? back.value : back.error;
};

describe('an event as a CloudEvent', () => {
  it('has the attributes that other tools look at, and everything else in extensions of legal names', () => {
    expect(toCloudEvent(ENVELOPE.event_id, { ...ENVELOPE })).toEqual({
      specversion: '1.0',
      id: ENVELOPE.event_id,
      source: 'urn:spec-kitty-sync:node:a1b2c3d4e5f6',
      type: 'WPStatusChanged',
      subject: 'WP01',
      aggregatetype: 'WorkPackage',
      nodeid: 'a1b2c3d4e5f6',
      lamportclock: '7',
      time: '2026-02-03T12:00:00.000Z',
      teamslug: 'acme',
      projectuuid: ENVELOPE.project_uuid,
      projectslug: 'my-project',
      reposlug: 'acme/my-project',
      correlationid: ENVELOPE.correlation_id,
      schemaversion: '1.0',
      envelopeextra: '{"causation_id":null,"git_branch":null,"head_commit_sha":null}',
      datacontenttype: 'application/json',
      data: ENVELOPE.payload,
    });
  });

  it('comes back as the same document in the order of the envelope', () => {
    const back = travelled({ ...ENVELOPE });
    expect(back).toEqual(ENVELOPE);
    expect(Object.keys(back as object)).toEqual(ENVELOPE_KEYS);
  });

  it('is legal and without loss for every document that has an event id', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue(),
      fc.constantFrom(null, '', 0, -1, 2 ** 60, '2026'),
    );
    const changes = fc.dictionary(
      fc.oneof(fc.constantFrom(...ENVELOPE_KEYS), fc.string({ unit: 'binary' })),
      odd,
    );
    const missing = fc.subarray(ENVELOPE_KEYS.slice(1));
    fc.assert(
      fc.property(changes, missing, fc.object(), ({ event_id: _id, ...change }, absent, payload) => {
        const made = Object.entries({ ...ENVELOPE, payload, ...change }).filter(
          ([key]) => !absent.some((each) => each === key),
        );
        const document = JSON.parse(JSON.stringify(Object.fromEntries(made))) as Record<string, unknown>;
        expect(breaches(toCloudEvent(String(document['event_id']), document))).toEqual([]);
        expect(travelled(document)).toEqual(document);
      }),
      { seed: 20_261_120, numRuns: 1000 },
    );
  });

  it.each([
    ['another version', { specversion: '0.3' }, 'a CloudEvent of another version than 1.0'],
    ['no id', { id: undefined }, 'a CloudEvent without id'],
    ['an empty source', { source: '' }, 'a CloudEvent without source'],
    ['a type that is no text', { type: 7 }, 'a CloudEvent without type'],
    ['somebody else', { nodeid: undefined }, 'a CloudEvent of somebody else, without nodeid'],
    ['data that is no object', { data: 'x' }, 'a CloudEvent whose data is no JSON object'],
    ['binary data', { data: undefined, data_base64: 'AA==' }, 'a CloudEvent whose data is no JSON object'],
    ['a broken extension', { envelopeextra: '{' }, 'a CloudEvent whose envelope is no JSON'],
    ['a broken envelope', { envelope: '[]' }, 'a CloudEvent whose envelope is no JSON'],
  ])('of %s says why it holds no envelope', (_, change, reason) => {
    const event = { ...toCloudEvent(ENVELOPE.event_id, { ...ENVELOPE }), ...change };
    expect(fromCloudEvent(event)).toEqual({ ok: false, error: reason });
    expect(adoptDocument(JSON.stringify(event))).toEqual({ ok: false, error: reason });
  });

  it('may have been changed on its way: attributes of others, null for absent ones, a number for the clock', () => {
    const event = {
      ...toCloudEvent(ENVELOPE.event_id, { ...ENVELOPE }),
      ...{
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        lamportclock: 7,
        dataschema: null,
      },
    };
    expect(fromCloudEvent(event)).toEqual({ ok: true, value: ENVELOPE });
  });

  it('is told from an envelope by its version attribute alone', () => {
    expect([
      isCloudEvent({ specversion: 1 }),
      isCloudEvent(ENVELOPE),
      isCloudEvent([]),
      isCloudEvent(null),
    ]).toEqual([...[true, false, false, false]]);
  });
});
