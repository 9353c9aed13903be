import { isDocument } from '../../src/domain/document.js';
import { BATCH } from '../../src/domain/hub/api.js';
import { isEventResult, parseClientMessage, parseServerMessage } from '../../src/domain/wire.js';

const event = { type: 'event', event_id: 'a', event_type: 'b', lamport_clock: 1, node_id: 'c' };

describe('what a hub sends on a live session', () => {
  it.each([
    [{ type: 'snapshot', work_packages: [1], capabilities: 'spelled otherwise', more: {} }],
    [{ ...event, hub_sequence: 'x', payload: [] }],
    [{ type: 'ping', timestamp: 1.5 }],
    [{ type: 'ack', event_id: 'a', status: 'anything', error_message: 7 }],
    [{ type: 'auth', status: 'ok' }],
  ])('is handed on as it is: %j', (frame) => {
    expect(parseServerMessage(frame)).toBe(frame);
  });

  it.each([
    [{ type: 'snapshot', work_packages: {} }],
    [{ ...event, lamport_clock: '1' }],
    [{ ...event, node_id: undefined }],
    [{ type: 'ping', timestamp: '1' }],
    [{ type: 'ack', event_id: 'a' }],
    [{ type: 'news' }],
    [{ type: 'toString' }],
    [{ type: ['ping'], timestamp: 1 }],
    [[event]],
    ['ping'],
  ])('counts as nothing when it is %j', (frame) => {
    expect(parseServerMessage(frame)).toBeUndefined();
  });
});

describe('what a client sends', () => {
  it('is a message where it has a type that is known, and all that this type needs', () => {
    expect(parseClientMessage({ type: 'pong', timestamp: 1 })).toEqual({ type: 'pong', timestamp: 1 });
    expect(parseClientMessage({ type: 'auth', token: 't' })).toEqual({ type: 'auth', token: 't' });
    expect(parseClientMessage({ type: 'auth', status: 'ok' })).toBeUndefined();
    expect(parseClientMessage(event)).toBeUndefined();
  });

  it('in a batch is a list, whatever is in it', () => {
    expect(isDocument(BATCH, { events: [null, 1] })).toBe(true);
    expect(isDocument(BATCH, { events: { length: 1 } })).toBe(false);
  });
});

it('the answer about an event needs an id and a status', () => {
  expect(isEventResult({ event_id: 'a', status: 'b', code: null })).toBe(true);
  expect(isEventResult({ event_id: 'a', status: null })).toBe(false);
});
