import fc from 'fast-check';
import {
  decideLeave,
  GIVE_UP_AFTER_MS,
  isNewer,
  type BackgroundSituation,
} from '../../../src/domain/delivery/background-life.js';

const SITUATION: BackgroundSituation = {
  nowMs: 1_000_000,
  lastWorkAtMs: 1_000_000,
  setBackSinceMs: undefined,
  isBusy: false,
  version: '1.2.3',
  askedBy: undefined,
  lingerMs: 60_000,
};

describe('whether the background process leaves', () => {
  it.each<[string, Partial<BackgroundSituation>, ReturnType<typeof decideLeave>]>([
    ['not while there was work lately', {}, undefined],
    ['not before it has lingered', { lastWorkAtMs: 940_001 }, undefined],
    ['when it has lingered', { lastWorkAtMs: 940_000 }, 'idle'],
    ['not while it is busy', { lastWorkAtMs: 0, isBusy: true }, undefined],
    [
      'not while a hub is in trouble, although nothing moves',
      { lastWorkAtMs: 0, setBackSinceMs: 999_999 },
      undefined,
    ],
    [
      'when a hub was in trouble for too long',
      { setBackSinceMs: 1_000_000 - GIVE_UP_AFTER_MS },
      'hub out of reach',
    ],
    [
      'for a newer version, also while it is busy',
      { askedBy: '1.2.4', isBusy: true },
      'another version takes over',
    ],
    ['not for an older one', { askedBy: '1.2.2' }, undefined],
    ['not for its own', { askedBy: '1.2.3' }, undefined],
    ['never when it shall stay', { lastWorkAtMs: 0, lingerMs: Infinity }, undefined],
  ])('%s', (_name, changes, leave) => {
    expect(decideLeave({ ...SITUATION, ...changes })).toBe(leave);
  });
});

describe('the newer version', () => {
  it.each([
    ['1.2.4', '1.2.3', true],
    ['1.10.0', '1.9.9', true],
    ['2.0.0', '1.99.99', true],
    ['1.2.3', '1.2.3-rc.1', true],
    ['1.2.3-rc.1', '1.2.3', false],
    ['1.2.3', '1.2.3', false],
    ['1.2', '1.2.0', false],
    ['nonsense', '0.0.1', false],
  ])('%s after %s: %s', (a, b, expected) => {
    expect(isNewer(a, b)).toBe(expected);
  });

  it('is never newer both ways, nor than itself', () => {
    const version = fc
      .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.boolean())
      .map(([a, b, c, isRelease]) => `${a}.${b}.${c}${isRelease ? '' : '-rc.1'}`);
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isNewer(a, b) && isNewer(b, a)).toBe(false);
        expect(isNewer(a, a)).toBe(false);
      }),
    );
  });
});
