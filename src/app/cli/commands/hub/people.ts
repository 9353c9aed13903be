import { defineCommand, flag, needed, text } from '../../define-command.js';
import { flexible, table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { passwordOf } from '../shared/ask.js';
import { withHub, dataOption, PLACE } from './hub.js';

const PASSWORD = { 'password-stdin': flag('read the password from stdin') } as const;

const teamOption = (describe: string) => ({ ...text(describe, 'TEAM'), required: true }) as const;

/** The commands about teams and users. */
export const peopleCommands = [
  defineCommand({
    path: 'hub team add',
    summary: 'add a team to the hub',
    positionals: { team: needed('slug of the team: lower case, digits and hyphens') },
    options: PLACE,
    examples: [['spec-kitty hub team add acme', 'before its first user']],
    run: withHub(async ({ people }, context) => {
      const { team } = context.args;
      const outcome = await people.addTeam(team);
      return {
        data: { team, outcome },
        text: [bold(team), outcome === 'added' ? ' is a team now.' : ' was a team before.'],
        next: [`spec-kitty hub user add ada --team ${team}${dataOption(context)}`],
      };
    }),
  }),
  defineCommand({
    path: 'hub team list',
    summary: 'list the teams of the hub with their members',
    options: PLACE,
    examples: [['spec-kitty hub team list', 'who is where']],
    run: withHub(async ({ people }, context) => {
      const teams = await people.teams();
      const rows = teams.map(({ team, members }) => [bold(team), members.join(', ')]);
      return { data: { teams }, text: table(['Team', flexible('Members')], rows, context.terminal.width) };
    }),
  }),
  defineCommand({
    path: 'hub team remove',
    summary: 'remove a team that has no events',
    positionals: { team: needed('slug of the team') },
    options: PLACE,
    examples: [['spec-kitty hub team remove typo', 'one that was made by mistake']],
    run: withHub(async ({ people }, { args: { team } }) => {
      await people.removeTeam(team);
      return { data: { team, outcome: 'removed' }, text: [bold(team), ' is no team any more.'] };
    }),
  }),
  defineCommand({
    path: 'hub user add',
    summary: 'add a user to the hub',
    details: 'Asks for the password without showing it.',
    positionals: { name: needed('name to sign in with') },
    options: { team: teamOption('team of the user'), ...PASSWORD, ...PLACE },
    examples: [['spec-kitty hub user add ada --team acme', 'a user of the team acme']],
    run: withHub(async ({ people }, context) => {
      const { name, team } = context.args;
      await people.addUser({ name, password: await passwordOf(context, name), team });
      return {
        data: { user: name, team, outcome: 'added' },
        text: [bold(name), ` can sign in now and is of team ${team}.`],
        next: [`spec-kitty hub serve${dataOption(context)}`],
      };
    }),
  }),
  defineCommand({
    path: 'hub user list',
    summary: 'list the users of the hub with their teams',
    options: PLACE,
    examples: [['spec-kitty hub user list --json', 'for a program']],
    run: withHub(async ({ people }, context) => {
      const users = await people.users();
      const rows = users.map(({ name, teams }) => [bold(name), teams.join(', ')]);
      return {
        data: { users },
        text: table([flexible('User'), flexible('Teams')], rows, context.terminal.width),
      };
    }),
  }),
  defineCommand({
    path: 'hub user join',
    summary: 'add a user to one more team',
    positionals: { name: needed('user') },
    options: { team: teamOption('team to join'), ...PLACE },
    examples: [['spec-kitty hub user join ada --team beta', 'ada signs in for it with the same password']],
    run: withHub(async ({ people }, { args: { name, team } }) => {
      const outcome = await people.join(name, team);
      const verb = outcome === 'added' ? 'is of team' : 'was before of team';
      return { data: { user: name, team, outcome }, text: [bold(name), ` ${verb} ${team}.`] };
    }),
  }),
  defineCommand({
    path: 'hub user leave',
    summary: 'take a user out of a team',
    details: 'What the user has open for that team ends within a second.',
    positionals: { name: needed('user') },
    options: { team: teamOption('team to leave'), ...PLACE },
    examples: [['spec-kitty hub user leave ada --team beta', 'the other teams stay']],
    run: withHub(async ({ people }, { args: { name, team } }) => {
      await people.leave(name, team);
      return {
        data: { user: name, team, outcome: 'removed' },
        text: [bold(name), ` is not of team ${team} any more.`],
      };
    }),
  }),
  defineCommand({
    path: 'hub user remove',
    summary: 'remove a user; events that were sent stay',
    details: 'Whatever the user has open ends within a second.',
    positionals: { name: needed('user') },
    options: PLACE,
    examples: [['spec-kitty hub user remove ada', 'somebody who has left']],
    run: withHub(async ({ people }, { args: { name } }) => {
      await people.removeUser(name);
      return { data: { user: name, outcome: 'removed' }, text: [bold(name), ' cannot sign in any more.'] };
    }),
  }),
  defineCommand({
    path: 'hub user password',
    summary: 'give a user another password',
    details:
      'Asks for it without showing it. Every device of the user has to sign in again; tokens of programs stay. They are shown by: spec-kitty hub token list',
    positionals: { name: needed('user') },
    options: { ...PASSWORD, ...PLACE },
    examples: [['spec-kitty hub user password ada', 'when it was lost, or somebody else knows it']],
    run: withHub(async ({ people }, context) => {
      const { name } = context.args;
      await people.setPassword(name, await passwordOf(context, name));
      return {
        data: { user: name, outcome: 'changed' },
        text: ['The password of ', bold(name), ' is changed. Every device has to sign in again.'],
      };
    }),
  }),
];
