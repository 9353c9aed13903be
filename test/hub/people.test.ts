import { People } from '../../src/app/hub/people.js';
import { openHubStores } from '../support/hub.js';

describe('people of a hub', () => {
  let hub: Awaited<ReturnType<typeof openHubStores>>;
  let people: People;
  beforeEach(async () => {
    hub = await openHubStores();
    people = new People(hub.stores.accounts);
    await people.addTeam('acme');
  });
  afterEach(() => hub.remove());

  const ada = { name: 'ada', password: 'correct horse', team: 'acme' };

  it('are added once: a second password is not taken in silence', async () => {
    expect(await people.addTeam('acme')).toBe('exists');
    await people.addTeam('zenith');
    await people.addUser(ada);
    await expect(people.addUser({ ...ada, password: 'another one', team: 'zenith' })).rejects.toMatchObject({
      kind: 'input-invalid',
      hint: expect.stringContaining('hub user join ada --team zenith'),
    });
    expect((await hub.stores.accounts.signIn({ username: 'ada', password: 'correct horse' })).ok).toBe(true);
    expect((await people.users()).map(({ name, teams }) => [name, teams])).toEqual([['ada', ['acme']]]);
  });

  it('join and leave teams', async () => {
    await people.addTeam('zenith');
    await people.addUser(ada);
    expect(await people.join('ada', 'zenith')).toBe('added');
    expect(await people.join('ada', 'zenith')).toBe('exists');
    expect(await people.teams()).toEqual([
      { team: 'acme', members: ['ada'] },
      { team: 'zenith', members: ['ada'] },
    ]);
    await people.leave('ada', 'acme');
    for (const wrong of [
      () => people.leave('ada', 'acme'),
      () => people.join('ada', 'beta'),
      () => people.join('bo', 'acme'),
      () => people.removeUser('bo'),
      () => people.setPassword('bo', 'long enough'),
      () => people.removeTeam('beta'),
      () => people.createToken({ user: 'ada', team: 'acme', lifetimeSeconds: 1, name: undefined }),
      () => people.createToken({ user: 'bo', team: undefined, lifetimeSeconds: 1, name: undefined }),
      () => people.endSessions('device', { user: 'ada' }),
      () => people.endSessions('program', { id: 'none' }),
    ]) {
      await expect(wrong()).rejects.toMatchObject({ kind: 'input-invalid', hint: expect.any(String) });
    }
  });

  it('need a usable name, a long password and a team that exists', async () => {
    for (const slug of ['local', '', 'Acme', 'a b', '-a', 'a/b']) {
      expect(() => people.addTeam(slug)).toThrow(expect.objectContaining({ kind: 'input-invalid' }));
    }
    for (const wrong of [
      { name: '' },
      { name: 'a b' },
      { name: 'a\u202eb' },
      { password: 'short' },
      { team: 'beta' },
    ]) {
      await expect(people.addUser({ ...ada, ...wrong })).rejects.toMatchObject({ kind: 'input-invalid' });
    }
    expect(await people.users()).toEqual([]);
  });

  it('have one name, however its letters are composed', async () => {
    await people.addUser({ ...ada, name: 'Ame\u0301lie' });
    expect((await people.users()).map((user) => user.name)).toEqual(['Am\u00e9lie']);
    for (const username of ['Ame\u0301lie', 'Am\u00e9lie']) {
      expect(await hub.stores.accounts.signIn({ username, password: ada.password })).toMatchObject({
        ok: true,
        value: { user: 'Am\u00e9lie' },
      });
    }
    await people.setPassword('Ame\u0301lie', 'another horse');
    await people.removeUser('Ame\u0301lie');
    expect(await people.users()).toEqual([]);
  });
});
