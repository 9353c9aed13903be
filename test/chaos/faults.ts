import type { UpgradeMisbehaviour } from '../support/chaos-hub.js';
import type { Misbehaviour } from '../support/misbehaviour.js';
import type { Dice } from './dice.js';

/** What can happen to a batch instead of a good answer, by the name under which it is counted. */
export const batchFault = (dice: Dice, ids: readonly string[]): readonly [string, Misbehaviour] => {
  const name = dice.pick(BATCH_FAULTS);
  return [name, misbehaviourOf(name, dice, ids)];
};

/** What can happen to any other request. */
export const requestFault = (dice: Dice): readonly [string, Misbehaviour] => {
  const name = dice.pick(REQUEST_FAULTS);
  return [`token: ${name}`, misbehaviourOf(name, dice, [])];
};

export const upgradeFault = (dice: Dice): readonly [string, UpgradeMisbehaviour] =>
  dice.pick<readonly [string, UpgradeMisbehaviour]>([
    ['upgrade: 401', { status: 401 }],
    ['upgrade: 503', { status: 503 }],
    ['upgrade: reset', 'reset'],
    ['upgrade: no snapshot', 'no-snapshot'],
    ['upgrade: closed at once', { closeWith: 1011 }],
    ['upgrade: garbage first', { first: ['{', '[]', '{"type":"banana"}'], thenSnapshot: true }],
  ]);

const REQUEST_FAULTS = ['reset', 'reset-after', 'reset-in-body', 'never-answer', '503', 'not-json'] as const;

const BATCH_FAULTS = [
  ...['reset', 'reset-after', 'reset-in-body', 'never-answer', 'never-read', 'stall-in-body'],
  ...['slowly', 'twice', 'not-http', 'not-gzip', 'flood', '400 with ids', '401', '403', '408', '412', '413'],
  ...['418', '426', '429', '429 with a date', '500', '503', 'redirect', 'not-json', 'wrong ids', 'nothing'],
] as const;

const misbehaviourOf = (name: string, dice: Dice, ids: readonly string[]): Misbehaviour => {
  switch (name) {
    case '400 with ids': {
      const details = ids.map((event_id) => ({ event_id, error: 'chaos names it' }));
      return { status: 400, body: { details: dice.happens(0.5) ? details : JSON.stringify(details) } };
    }
    case '429':
      return { status: 429, headers: { 'retry-after': String(dice.between(-5, 90_000)) } };
    case '429 with a date':
      return { status: 429, headers: { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' } };
    case 'redirect':
      return { status: 302, headers: { location: 'http://127.0.0.1:9/' } };
    case 'flood':
      return { flood: 12 * 1024 * 1024, gzip: dice.happens(0.5) };
    case 'not-json':
      return { status: 200, body: '<html>a proxy</html>' };
    case 'wrong ids':
      return {
        status: 200,
        body: { results: [{ event_id: '01J00000000000000000000000', status: 'success' }] },
      };
    case 'nothing':
      return { status: 200, body: { results: [] } };
    default:
      return /^\d+$/.test(name) ? { status: Number(name), body: { error: name } } : (name as Misbehaviour);
  }
};
