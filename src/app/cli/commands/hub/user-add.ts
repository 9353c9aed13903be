import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { askSecret, readLine } from '../shared/ask.js';
import { dataOption, openHub } from './hub.js';

interface Args {
  readonly name: string;
  readonly team: string;
  readonly passwordStdin: boolean;
  readonly data: string | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args } = context;
  const password = await passwordOf(context);
  const container = await openHub(context, 'administer');
  try {
    const people = await container.get('people');
    const outcome = await people.addUser({ name: args.name, password, team: args.team });
    return {
      data: { user: args.name, team: args.team, outcome },
      text: [bold(args.name), SENTENCES[outcome], args.team, '.'],
      next: [{ line: `spec-kitty hub serve${dataOption(args.data)}` }],
    };
  } finally {
    await container.close();
  }
};

const SENTENCES = {
  added: ' can sign in now and is of team ',
  'password-kept': ' keeps the present password and is now also of team ',
  exists: ' was there before and is of team ',
} as const;

const passwordOf = async (context: CommandContext<Args>): Promise<string> => {
  const { args, io, common } = context;
  if (args.passwordStdin) return readLine(context);
  if (common.input && io.stdin().isTTY) return askSecret(context, `Password of ${args.name}: `);
  throw new SyncError('wrong-usage', 'The password cannot be asked for here.', {
    hint: 'Use --password-stdin.',
  });
};
