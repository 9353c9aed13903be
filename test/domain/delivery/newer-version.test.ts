import fc from 'fast-check';
import { isNewer } from '../../../src/domain/delivery/newer-version.js';

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
