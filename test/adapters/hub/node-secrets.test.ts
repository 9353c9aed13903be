import { NodeSecrets } from '../../../src/adapters/hub/node-secrets.js';

describe('secrets', () => {
  const secrets = new NodeSecrets(4);

  it('knows a password again, however its characters are composed, and no other', async () => {
    const stored = await secrets.hashPassword('caf\u00e9 au lait');
    expect(stored).not.toContain('lait');
    expect(await secrets.verifyPassword('cafe\u0301 au lait', stored)).toBe(true);
    expect(await secrets.verifyPassword('cafe au lait', stored)).toBe(false);
    expect(await secrets.hashPassword('caf\u00e9 au lait')).not.toBe(stored);
  });

  it('knows a password that was stored at another cost', async () => {
    const stored = await new NodeSecrets(5).hashPassword('x');
    expect(await secrets.verifyPassword('x', stored)).toBe(true);
  });

  it('accepts no password for a stored value that it cannot read', async () => {
    for (const stored of [
      '',
      'x',
      'bcrypt$4$a$b',
      'scrypt$99$YQ$YQ',
      'scrypt$x$YQ$YQ',
      'scrypt$4$YQ$YQ',
      'scrypt$4$YQ',
    ]) {
      expect(await secrets.verifyPassword('', stored)).toBe(false);
    }
  });

  it('derives the same from the same, and something else from anything else', () => {
    const derived = secrets.derive('a', 'b');
    expect(secrets.derive('a', 'b')).toBe(derived);
    expect(
      new Set([derived, secrets.derive('a', 'c'), secrets.derive('b', 'b'), secrets.digest('b')]).size,
    ).toBe(4);
    expect(secrets.token()).not.toBe(secrets.token());
  });
});
