import fc from 'fast-check';
import { hubKey } from '../../../src/domain/outbox/account.js';
import { isHubId, meet, moveTo, recognize, type KnownHub } from '../../../src/domain/delivery/known-hubs.js';

const OLD = 'https://old.example.org';
const NEW = 'https://new.example.org';
const KNOWN: readonly KnownHub[] = [{ id: 'hub-1', urls: [OLD] }];

describe('who a hub is', () => {
  it('is what it states where it was first seen, and where a person said that it has moved to', () => {
    expect(recognize(KNOWN, { url: OLD, id: 'hub-1' })).toEqual({ url: OLD, id: 'hub-1' });
    const moved = moveTo(KNOWN, 'hub-1', NEW);
    expect(recognize(moved, { url: NEW, id: 'hub-1' })).toEqual({ url: NEW, id: 'hub-1' });
    expect(recognize(moved, { url: OLD, id: 'hub-1' })).toEqual({ url: OLD, id: 'hub-1' });
    expect(moveTo(moved, 'hub-1', NEW)).toBe(moved);
  });

  it('is another one where the id was first seen elsewhere', () => {
    expect(recognize(KNOWN, { url: NEW, id: 'hub-1' })).toEqual({ url: NEW, claims: 'hub-1' });
    expect(recognize(KNOWN, { url: NEW, claims: 'hub-1' })).toEqual({ url: NEW, claims: 'hub-1' });
  });

  it('stays who it was when it begins to state the id of another one', () => {
    const known = [...KNOWN, { id: 'hub-2', urls: [NEW] }];
    expect(recognize(known, { url: NEW, id: 'hub-1' })).toEqual({ url: NEW, id: 'hub-2', claims: 'hub-1' });
  });

  it('is known by its address when nobody says its id, and by its newest id after it was set up anew', () => {
    expect(recognize(KNOWN, { url: OLD })).toEqual({ url: OLD, id: 'hub-1' });
    expect(recognize(meet(KNOWN, { url: OLD, id: 'hub-9' }), { url: OLD })).toEqual({
      url: OLD,
      id: 'hub-9',
    });
    expect(recognize(KNOWN, { url: NEW })).toEqual({ url: NEW });
  });

  it('is never that of another address, in whatever order hubs are met, unless a person said so', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const url = fc.constantFrom('https://1.test', 'https://2.test', 'https://3.test');
    const step = fc.record({ url, id, isConfirmed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), url, id, (steps, at, stated) => {
        let known: readonly KnownHub[] = [];
        const believed = new Set<string>();
        for (const { url: place, id: said, isConfirmed } of steps) {
          const isFirst = ![...believed].some((pair) => pair.startsWith(`${said} `));
          known = isConfirmed ? moveTo(known, said, place) : meet(known, { url: place, id: said });
          if (isFirst || isConfirmed) believed.add(`${said} ${place}`);
        }
        const seen = [...believed].some((pair) => pair.startsWith(`${stated} `));
        const isBelieved = hubKey(recognize(known, { url: at, id: stated })) === stated;
        expect(isBelieved).toBe(!seen || believed.has(`${stated} ${at}`));
      }),
    );
  });
});

describe('the id of a hub', () => {
  it.each(['hub-1', '550e8400-e29b-41d4-a716-446655440000', 'hub-at-https://hub.example.org'])(
    '%s is one',
    (id) => expect(isHubId(id)).toBe(true),
  );

  it.each([
    ['the address under which one without an id is remembered', OLD],
    ['the same in capitals', 'HTTPS://OLD.example.org'],
    ['two words', 'hub 1'],
    ['two lines', 'hub\n1'],
    ['an option', '--yes'],
    ['hidden characters', 'hub\u200b1'],
    ['nothing', ''],
    ['too much', 'x'.repeat(201)],
    ['a number', 7],
  ])('%s is none', (_, id) => expect(isHubId(id)).toBe(false));
});
