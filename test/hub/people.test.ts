import { ControlledTime } from '../../src/adapters/memory/controlled-time.js';
import { MemoryAccountStore } from '../../src/adapters/memory/memory-account-store.js';
import { addTeam, addUser } from '../../src/app/hub/people.js';
import { quickSecrets } from '../support/hub.js';

describe('people of a hub', () => {
  const makeAccounts = () => new MemoryAccountStore({ secrets: quickSecrets, clock: new ControlledTime() });

  it('join teams one by one and keep their first password', async () => {
    const accounts = makeAccounts();
    expect(await addTeam(accounts, 'acme')).toBe('added');
    expect(await addTeam(accounts, 'acme')).toBe('exists');
    await addTeam(accounts, 'zenith');
    const ada = { name: 'ada', password: 'correct horse' };
    expect(await addUser(accounts, { ...ada, team: 'acme' })).toBe('added');
    expect(await addUser(accounts, { ...ada, password: 'another one', team: 'zenith' })).toBe(
      'password-kept',
    );
    expect(await addUser(accounts, { ...ada, team: 'acme' })).toBe('exists');
    expect(await accounts.teamsOf('ada')).toEqual(['acme', 'zenith']);
  });

  it('need a usable name, a long password and a team that exists', async () => {
    const accounts = makeAccounts();
    await addTeam(accounts, 'acme');
    for (const slug of ['local', '', 'Acme', 'a b', '-a', 'a/b']) {
      expect(() => addTeam(accounts, slug)).toThrow(expect.objectContaining({ kind: 'input-invalid' }));
    }
    const ada = { name: 'ada', password: 'correct horse', team: 'acme' };
    for (const wrong of [
      { name: '' },
      { name: 'a b' },
      { name: 'a\u202eb' },
      { password: 'short' },
      { team: 'beta' },
    ]) {
      await expect(addUser(accounts, { ...ada, ...wrong })).rejects.toMatchObject({ kind: 'input-invalid' });
    }
    expect((await accounts.signIn({ username: 'ada', password: 'correct horse' })).ok).toBe(false);
  });
});
