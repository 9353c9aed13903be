import { SyncError } from '../../domain/errors.js';
import type { AccountStore } from '../../ports/hub.js';

const TEAM_SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const USER_NAME = /^[^\s\p{Cc}\p{Cf}]{1,100}$/u;
const SHORTEST_PASSWORD = 8;

/** Makes a team. Throws `input-invalid` for a slug that cannot be one; `local` is what events of nobody's team carry. */
export const addTeam = (accounts: AccountStore, slug: string): Promise<'added' | 'exists'> => {
  if (!TEAM_SLUG.test(slug) || slug === 'local') {
    throw new SyncError('input-invalid', `${JSON.stringify(slug)} cannot be the slug of a team.`, {
      hint: 'Use lower-case letters, digits and hyphens, and not "local".',
    });
  }
  return accounts.addTeam(slug);
};

export interface NewUser {
  readonly name: string;
  readonly password: string;
  readonly team: string;
}

/**
 * Makes a user and a member of a team, or makes a user who exists a member of one more team; `password-kept` says
 * that the given password was not taken because the user has one. Throws `input-invalid` for a team that does not
 * exist, an unusable name or a password that is too short.
 */
export const addUser = async (
  accounts: AccountStore,
  user: NewUser,
): Promise<'added' | 'password-kept' | 'exists'> => {
  if (!USER_NAME.test(user.name)) {
    throw new SyncError('input-invalid', `${JSON.stringify(user.name)} cannot be a user name.`, {
      hint: 'Use 1 to 100 characters without white space.',
    });
  }
  if (user.password.length < SHORTEST_PASSWORD) {
    throw new SyncError('input-invalid', `The password has fewer than ${SHORTEST_PASSWORD} characters.`, {
      hint: 'Choose a longer one.',
    });
  }
  if (!(await accounts.teams()).includes(user.team)) {
    throw new SyncError('input-invalid', `There is no team ${JSON.stringify(user.team)}.`, {
      hint: `Make it with: spec-kitty hub team add ${user.team}`,
    });
  }
  const made = await accounts.addUser({ name: user.name, password: user.password });
  const joined = await accounts.addMember(user.team, user.name);
  if (made === 'added') return 'added';
  return joined === 'added' ? 'password-kept' : 'exists';
};
