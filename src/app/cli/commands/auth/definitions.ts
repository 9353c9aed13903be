import { defineCommand } from '../../define-command.js';

export const authCommands = [
  defineCommand({
    path: 'auth login',
    summary: 'sign in at a hub',
    details:
      'Asks for the password without showing it. Before anything is stored, it shows which events that wait on this machine would now be sent, and asks.',
    options: {
      server: { type: 'string', describe: 'address of the hub', placeholder: 'URL' },
      username: { type: 'string', describe: 'user name at the hub', placeholder: 'NAME' },
      device: { type: 'boolean', describe: 'show a code with which you sign this machine in from a browser' },
      'token-stdin': { type: 'boolean', describe: 'read a token for machines from stdin' },
      'password-stdin': { type: 'boolean', describe: 'read the password from stdin' },
      yes: { type: 'boolean', describe: 'send what waits without asking' },
    },
    examples: [
      ['spec-kitty auth login --server https://hub.example.com --username ada', 'sign in with a password'],
      ['spec-kitty auth login --server https://hub.example.com --device', 'on a machine without a browser'],
      [
        'printenv HUB_TOKEN | spec-kitty auth login --server https://hub.example.com --token-stdin --yes',
        'sign in from a script',
      ],
    ],
    load: () => import('./login.js'),
  }),
  defineCommand({
    path: 'auth logout',
    summary: 'sign out, here and at the hub',
    examples: [['spec-kitty auth logout', 'forget the sign-in of this machine']],
    load: () => import('./logout.js'),
  }),
  defineCommand({
    path: 'auth status',
    summary: 'show who is signed in, where, and until when',
    examples: [['spec-kitty auth status --json', 'the same for a program']],
    load: () => import('./status.js'),
  }),
];
