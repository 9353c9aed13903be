import { isSyncError } from '../../domain/errors.js';
import { SETUP_FORM, SETUP_LINK } from '../../domain/hub/api.js';
import { audit } from './audit.js';
import { formPage, page, PAGE, paragraph, type Form } from './page.js';
import { People } from './people.js';
import { PROBLEMS } from './problem.js';
import type { Answer, Route } from './route.js';
import { taking } from './request-body.js';
import type { Office } from './sign-in.js';

/**
 * The page behind the link that a hub without users prints when it starts: the first team and its first user. The link
 * works once, and not at all when somebody was added otherwise.
 */
export const setupRoutes = ({ accounts, log }: Office): readonly Route[] => [
  {
    method: 'GET',
    path: '/setup',
    summary: 'The page that makes the first user.',
    query: SETUP_LINK,
    answers: PAGE,
    open: ({ query }) => setupPage(query['code'] ?? ''),
  },
  {
    method: 'POST',
    path: '/setup',
    summary: 'What a person sends from that page.',
    answers: PAGE,
    ...taking(
      SETUP_FORM,
      async ({ code, team, username: name, password }, { address, base }) => {
        const people = new People(accounts);
        if (!(await accounts.spendSetupCode(code))) {
          return setupPage('', 'This link was used, or is not the last one that the hub printed.', 403);
        }
        try {
          await people.addTeam(team);
          await people.addUser({ name, password, team });
        } catch (error) {
          if (!isSyncError(error) || error.kind !== 'input-invalid') throw error;
          const next = (await accounts.mintSetupCode()) ?? '';
          return setupPage(next, `${error.message} ${error.hint ?? ''}`, 400);
        }
        audit(log, 'first-user', { user: name, team, address });
        return page(
          'The hub is ready',
          paragraph(
            `Sign in on your machine with: spec-kitty auth login --server ${base} --username ${name}`,
          ),
        );
      },
      ({ kind, detail }) => setupPage('', detail, PROBLEMS[kind].status),
    ),
  },
];

const setupPage = (code: string, fault?: string, status?: number): Answer =>
  formPage(SETUP_PAGE, { code }, fault, status);

const SETUP_PAGE: Form = {
  title: 'Set up this hub',
  fields: [
    { name: 'code', label: 'Code', type: 'hidden' },
    { name: 'team', label: 'Team: lower-case letters, digits and hyphens' },
    { name: 'username', label: 'User name', autocomplete: 'username' },
    { name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password' },
  ],
  button: 'Make the first user',
};
