import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { dataOption, openHub } from './hub.js';

interface Args {
  readonly team: string;
  readonly data: string | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args } = context;
  const container = await openHub(context, 'administer');
  try {
    const people = await container.get('people');
    const outcome = await people.addTeam(args.team);
    const text = outcome === 'added' ? ' is a team now.' : ' was a team before.';
    return {
      data: { team: args.team, outcome },
      text: [bold(args.team), text],
      next: [{ line: `spec-kitty hub user add ada --team ${args.team}${dataOption(args.data)}` }],
    };
  } finally {
    await container.close();
  }
};
