import { defineCommand } from '../../define-command.js';

const DATA = {
  type: 'string',
  describe: "directory of the hub's data; `spec-kitty-hub` among your data when not given",
  placeholder: 'DIR',
} as const;

export const hubCommands = [
  defineCommand({
    path: 'hub serve',
    summary: 'serve a hub for your team',
    details: 'Runs until it is interrupted, then answers what is under way and stops.',
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
      data: DATA,
      'tls-cert': {
        type: 'string',
        describe: 'certificate chain (PEM) to serve https with',
        placeholder: 'FILE',
      },
      'tls-key': { type: 'string', describe: 'private key (PEM) of the certificate', placeholder: 'FILE' },
    },
    examples: [['spec-kitty hub serve --port 8787', 'a hub on this machine']],
    load: () => import('./serve.js'),
  }),
  defineCommand({
    path: 'hub team add <team>',
    summary: 'add a team to the hub',
    positionals: { team: 'slug of the team: lower case, digits and hyphens' },
    options: { data: DATA },
    examples: [['spec-kitty hub team add acme', 'before its first user']],
    load: () => import('./team-add.js'),
  }),
  defineCommand({
    path: 'hub user add <name>',
    summary: 'add a user to the hub, or a user to one more team',
    details: 'Asks for the password without showing it.',
    positionals: { name: 'name to sign in with' },
    options: {
      team: { type: 'string', describe: 'team of the user', required: true, placeholder: 'TEAM' },
      'password-stdin': { type: 'boolean', describe: 'read the password from stdin' },
      data: DATA,
    },
    examples: [['spec-kitty hub user add ada --team acme', 'a user of the team acme']],
    load: () => import('./user-add.js'),
  }),
];
