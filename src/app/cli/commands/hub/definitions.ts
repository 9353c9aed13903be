import { defineCommand } from '../../define-command.js';

const PLACE = {
  data: {
    type: 'string',
    describe: "directory of the hub's data; `spec-kitty-hub` among your data when not given",
    placeholder: 'DIR',
  },
  'database-url-file': {
    type: 'string',
    describe: 'file with the address of a PostgreSQL database, instead of a directory',
    placeholder: 'FILE',
  },
} as const;

const PASSWORD = {
  'password-stdin': { type: 'boolean', describe: 'read the password from stdin' },
} as const;

const USER = { type: 'string', describe: 'only what belongs to this user', placeholder: 'NAME' } as const;

export const hubCommands = [
  defineCommand({
    path: 'hub serve',
    summary: 'serve a hub for your team',
    details:
      'Runs until it is interrupted, then answers what is under way and stops. The address of a database may also be in SPEC_KITTY_DATABASE_URL.',
    options: {
      port: {
        type: 'number',
        describe: 'port to listen on; 8787 when not given, 0 for any free one',
        placeholder: 'N',
      },
      host: {
        type: 'string',
        describe: 'address to listen on; 127.0.0.1 when not given',
        placeholder: 'ADDRESS',
      },
      ...PLACE,
      'public-url': {
        type: 'string',
        describe: 'address under which people know the hub, when a proxy is in front of it or it has a name',
        placeholder: 'URL',
      },
      'tls-cert': {
        type: 'string',
        describe: 'certificate chain (PEM) to serve https with',
        placeholder: 'FILE',
      },
      'tls-key': { type: 'string', describe: 'private key (PEM) of the certificate', placeholder: 'FILE' },
      'log-format': {
        type: 'string',
        describe: 'how messages are written: text, or json for one object a line; text when not given',
        placeholder: 'FORMAT',
      },
      'metrics-token-file': {
        type: 'string',
        describe: 'file with the token that opens /metrics; without it they are for this machine',
        placeholder: 'FILE',
      },
    },
    examples: [
      ['spec-kitty hub serve --port 8787', 'a hub on this machine'],
      ['spec-kitty hub serve --database-url-file url', 'one of several hubs on a PostgreSQL database'],
    ],
    load: () => import('./serve.js'),
  }),
  defineCommand({
    path: 'hub backup <file>',
    summary: 'write all that the hub has into one file, while it serves',
    positionals: { file: 'a file that is not there yet; private, since it holds all events' },
    options: PLACE,
    examples: [['spec-kitty hub backup hub-monday.sqlite', 'as it is at this moment']],
    load: async () => ({ run: (await import('./copies.js')).backup }),
  }),
  defineCommand({
    path: 'hub restore <file>',
    summary: 'put a backup in the place of what the hub has',
    details:
      'The hub has to be stopped; what it had is kept beside. Clients notice, and offer again what they delivered since the backup and still have.',
    positionals: { file: 'a file that `hub backup` wrote' },
    options: PLACE,
    examples: [['spec-kitty hub restore hub-monday.sqlite', 'after the disk was lost']],
    load: async () => ({ run: (await import('./copies.js')).restore }),
  }),
  defineCommand({
    path: 'hub team add <team>',
    summary: 'add a team to the hub',
    positionals: { team: 'slug of the team: lower case, digits and hyphens' },
    options: PLACE,
    examples: [['spec-kitty hub team add acme', 'before its first user']],
    load: async () => ({ run: (await import('./people.js')).teamAdd }),
  }),
  defineCommand({
    path: 'hub team list',
    summary: 'list the teams of the hub with their members',
    options: PLACE,
    examples: [['spec-kitty hub team list', 'who is where']],
    load: async () => ({ run: (await import('./people.js')).teamList }),
  }),
  defineCommand({
    path: 'hub team remove <team>',
    summary: 'remove a team that has no events',
    positionals: { team: 'slug of the team' },
    options: PLACE,
    examples: [['spec-kitty hub team remove typo', 'one that was made by mistake']],
    load: async () => ({ run: (await import('./people.js')).teamRemove }),
  }),
  defineCommand({
    path: 'hub user add <name>',
    summary: 'add a user to the hub',
    details: 'Asks for the password without showing it.',
    positionals: { name: 'name to sign in with' },
    options: {
      team: { type: 'string', describe: 'team of the user', required: true, placeholder: 'TEAM' },
      ...PASSWORD,
      ...PLACE,
    },
    examples: [['spec-kitty hub user add ada --team acme', 'a user of the team acme']],
    load: async () => ({ run: (await import('./people.js')).userAdd }),
  }),
  defineCommand({
    path: 'hub user list',
    summary: 'list the users of the hub with their teams',
    options: PLACE,
    examples: [['spec-kitty hub user list --json', 'for a program']],
    load: async () => ({ run: (await import('./people.js')).userList }),
  }),
  defineCommand({
    path: 'hub user join <name>',
    summary: 'add a user to one more team',
    positionals: { name: 'user' },
    options: {
      team: { type: 'string', describe: 'team to join', required: true, placeholder: 'TEAM' },
      ...PLACE,
    },
    examples: [['spec-kitty hub user join ada --team beta', 'ada signs in for it with the same password']],
    load: async () => ({ run: (await import('./people.js')).userJoin }),
  }),
  defineCommand({
    path: 'hub user leave <name>',
    summary: 'take a user out of a team',
    details: 'What the user has open for that team ends within a second.',
    positionals: { name: 'user' },
    options: {
      team: { type: 'string', describe: 'team to leave', required: true, placeholder: 'TEAM' },
      ...PLACE,
    },
    examples: [['spec-kitty hub user leave ada --team beta', 'the other teams stay']],
    load: async () => ({ run: (await import('./people.js')).userLeave }),
  }),
  defineCommand({
    path: 'hub user remove <name>',
    summary: 'remove a user; events that were sent stay',
    details: 'Whatever the user has open ends within a second.',
    positionals: { name: 'user' },
    options: PLACE,
    examples: [['spec-kitty hub user remove ada', 'somebody who has left']],
    load: async () => ({ run: (await import('./people.js')).userRemove }),
  }),
  defineCommand({
    path: 'hub user password <name>',
    summary: 'give a user another password',
    details:
      'Asks for it without showing it. Every device of the user has to sign in again; tokens of programs stay. They are shown by: spec-kitty hub token list',
    positionals: { name: 'user' },
    options: { ...PASSWORD, ...PLACE },
    examples: [['spec-kitty hub user password ada', 'when it was lost, or somebody else knows it']],
    load: async () => ({ run: (await import('./people.js')).userPassword }),
  }),
  defineCommand({
    path: 'hub token create',
    summary: 'make a token for a program of a user',
    details: 'Prints the token once; the hub keeps only its digest.',
    options: {
      user: { type: 'string', describe: 'whom the program acts for', required: true, placeholder: 'NAME' },
      team: { type: 'string', describe: "team; the user's first one when not given", placeholder: 'TEAM' },
      name: { type: 'string', describe: 'what the token is called in lists', placeholder: 'TEXT' },
      expires: {
        type: 'string',
        describe: 'how long it is good for, in days or hours; 90d when not given',
        placeholder: '90d',
      },
      ...PLACE,
    },
    examples: [['spec-kitty hub token create --user ada --name ci --expires 30d', 'for a build server']],
    load: async () => ({ run: (await import('./sign-ins.js')).tokenCreate }),
  }),
  defineCommand({
    path: 'hub token list',
    summary: 'list the tokens of programs',
    options: { user: USER, ...PLACE },
    examples: [['spec-kitty hub token list', 'all that still open something']],
    load: async () => ({ run: (await import('./sign-ins.js')).tokenList }),
  }),
  defineCommand({
    path: 'hub token revoke [id]',
    summary: 'take back a token, or all of a user',
    positionals: { id: 'id as `hub token list` shows it' },
    options: { user: USER, ...PLACE },
    examples: [['spec-kitty hub token revoke --user ada', 'every token of ada']],
    load: async () => ({ run: (await import('./sign-ins.js')).tokenRevoke }),
  }),
  defineCommand({
    path: 'hub session list',
    summary: 'list the devices that are signed in',
    options: { user: USER, ...PLACE },
    examples: [['spec-kitty hub session list --user ada', 'the devices of one user']],
    load: async () => ({ run: (await import('./sign-ins.js')).sessionList }),
  }),
  defineCommand({
    path: 'hub session end [id]',
    summary: 'sign out a device, or all devices of a user',
    details: 'Its tokens open nothing from then on, and what it has open ends within a second.',
    positionals: { id: 'id as `hub session list` shows it' },
    options: { user: USER, ...PLACE },
    examples: [['spec-kitty hub session end --user ada', 'every device of ada']],
    load: async () => ({ run: (await import('./sign-ins.js')).sessionEnd }),
  }),
  defineCommand({
    path: 'hub webhook add <url>',
    summary: 'tell an address of every event that is stored for a team',
    details:
      'Messages are signed as Standard Webhooks has it, and repeated until the receiver answers with 2xx. Prints the secret once.',
    positionals: { url: 'https address, or one on this machine' },
    options: { team: { type: 'string', describe: 'team', required: true, placeholder: 'TEAM' }, ...PLACE },
    examples: [['spec-kitty hub webhook add https://chat.example.com/hook --team acme', 'from now on']],
    load: async () => ({ run: (await import('./webhooks.js')).webhookAdd }),
  }),
  defineCommand({
    path: 'hub webhook list',
    summary: 'list webhooks with the number of the event that each has received last',
    options: PLACE,
    examples: [['spec-kitty hub webhook list', 'all teams']],
    load: async () => ({ run: (await import('./webhooks.js')).webhookList }),
  }),
  defineCommand({
    path: 'hub webhook remove <id>',
    summary: 'take a webhook away',
    positionals: { id: 'id as `hub webhook list` shows it' },
    options: PLACE,
    examples: [['spec-kitty hub webhook remove 3f9a1c0b7d22', 'it is told of nothing more']],
    load: async () => ({ run: (await import('./webhooks.js')).webhookRemove }),
  }),
];
