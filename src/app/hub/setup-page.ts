import { isSyncError } from '../../domain/errors.js';
import { SETUP_FORM, SETUP_LINK } from '../../domain/hub/api.js';
import { audit } from './audit.js';
import type { HubParts } from './hub-parts.js';
import { formCalls, page, paragraph } from './page.js';
import { People } from './people.js';
import type { Calls } from './route.js';

/**
 * The page behind the link that a hub without users prints when it starts: the first team and its first user. The link
 * works once, and not at all when somebody was added otherwise.
 */
export const setupCalls = ({ accounts, log }: HubParts): Calls =>
  formCalls({
    path: '/setup',
    summary: 'The page that makes the first user.',
    title: 'Set up this hub',
    inside: (code) => `
<input name="code" type="hidden" value="${code}" autocomplete="off">
<label>Team: lower-case letters, digits and hyphens<input name="team" autocomplete="off" required></label>
<label>User name<input name="username" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="new-password" required></label>
<button>Make the first user</button>`,
    link: SETUP_LINK,
    filled: 'code',
    body: SETUP_FORM,
    take: async ({ code, team, username: name, password }, { address, base }) => {
      const people = new People(accounts);
      if (!(await accounts.spendSetupCode(code)))
        return { status: 403, detail: 'This link was used, or is not the last one that the hub printed.' };
      try {
        await people.addTeam(team);
        await people.addUser({ name, password, team });
      } catch (error) {
        if (!isSyncError(error) || error.kind !== 'input-invalid') throw error;
        const value = (await accounts.mintSetupCode()) ?? '';
        return { status: 400, detail: `${error.message} ${error.hint ?? ''}`, value };
      }
      audit(log, 'first-user', { user: name, team, address });
      return page(
        'The hub is ready',
        paragraph(`Sign in on your machine with: spec-kitty auth login --server ${base} --username ${name}`),
      );
    },
  });
