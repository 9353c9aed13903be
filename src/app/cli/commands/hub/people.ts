import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { askSecret, readLine } from '../shared/ask.js';
import { administering, dataOption } from './hub.js';
import type { OfHub } from './hub.js';

/** The commands about teams and users. */
export const teamAdd = (context: CommandContext<OfHub & { readonly team: string }>): Promise<Report> =>
  administering(context, async (people, { team }) => {
    const outcome = await people.addTeam(team);
    return {
      data: { team, outcome },
      text: [bold(team), outcome === 'added' ? ' is a team now.' : ' was a team before.'],
      next: [{ line: `spec-kitty hub user add ada --team ${team}${dataOption(context.args)}` }],
    };
  });

export const teamList = (context: CommandContext<OfHub>): Promise<Report> =>
  administering(context, async (people) => {
    const teams = await people.teams();
    return {
      data: { teams },
      text: table(
        [{ header: 'Team' }, { header: 'Members', flexible: true }],
        teams.map(({ team, members }) => [bold(team), members.join(', ')]),
        context.terminal.width,
      ),
    };
  });

export const teamRemove = (context: CommandContext<OfHub & { readonly team: string }>): Promise<Report> =>
  administering(context, async (people, { team }) => {
    await people.removeTeam(team);
    return { data: { team, outcome: 'removed' }, text: [bold(team), ' is no team any more.'] };
  });

interface OneUser extends OfHub {
  readonly name: string;
}

export const userAdd = async (
  context: CommandContext<OneUser & { readonly team: string; readonly passwordStdin: boolean }>,
): Promise<Report> => {
  const password = await passwordOf(context);
  return administering(context, async (people, { name, team }) => {
    await people.addUser({ name, password, team });
    return {
      data: { user: name, team, outcome: 'added' },
      text: [bold(name), ` can sign in now and is of team ${team}.`],
      next: [{ line: `spec-kitty hub serve${dataOption(context.args)}` }],
    };
  });
};

export const userList = (context: CommandContext<OfHub>): Promise<Report> =>
  administering(context, async (people) => {
    const users = await people.users();
    return {
      data: {
        users: users.map(({ name, teams, addedAtMs }) => ({ user: name, teams, added_at_ms: addedAtMs })),
      },
      text: table(
        [
          { header: 'User', flexible: true },
          { header: 'Teams', flexible: true },
        ],
        users.map(({ name, teams }) => [bold(name), teams.join(', ')]),
        context.terminal.width,
      ),
    };
  });

export const userJoin = (context: CommandContext<OneUser & { readonly team: string }>): Promise<Report> =>
  administering(context, async (people, { name, team }) => {
    const outcome = await people.join(name, team);
    const verb = outcome === 'added' ? 'is of team' : 'was before of team';
    return { data: { user: name, team, outcome }, text: [bold(name), ` ${verb} ${team}.`] };
  });

export const userLeave = (context: CommandContext<OneUser & { readonly team: string }>): Promise<Report> =>
  administering(context, async (people, { name, team }) => {
    await people.leave(name, team);
    return {
      data: { user: name, team, outcome: 'removed' },
      text: [bold(name), ` is not of team ${team} any more.`],
    };
  });

export const userRemove = (context: CommandContext<OneUser>): Promise<Report> =>
  administering(context, async (people, { name }) => {
    await people.removeUser(name);
    return { data: { user: name, outcome: 'removed' }, text: [bold(name), ' cannot sign in any more.'] };
  });

export const userPassword = async (
  context: CommandContext<OneUser & { readonly passwordStdin: boolean }>,
): Promise<Report> => {
  const password = await passwordOf(context);
  return administering(context, async (people, { name }) => {
    await people.setPassword(name, password);
    return {
      data: { user: name, outcome: 'changed' },
      text: ['The password of ', bold(name), ' is changed. Every device has to sign in again.'],
    };
  });
};

const passwordOf = async (
  context: CommandContext<{ readonly name: string; readonly passwordStdin: boolean }>,
): Promise<string> => {
  const { args, io, common } = context;
  if (args.passwordStdin) return readLine(context);
  if (common.input && io.stdin().isTTY) return askSecret(context, `Password of ${args.name}: `);
  throw new SyncError('wrong-usage', 'The password cannot be asked for here.', {
    hint: 'Use --password-stdin.',
  });
};
