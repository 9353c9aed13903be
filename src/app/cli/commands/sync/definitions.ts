import { defineCommand } from '../../define-command.js';

export const syncCommands = [
  defineCommand({
    path: 'sync now',
    summary: 'deliver everything that is due, in the foreground',
    examples: [['spec-kitty sync now', 'exit 0: all delivered; 3: something stayed, with the reasons']],
    load: () => import('./now.js'),
  }),
  defineCommand({
    path: 'sync status',
    summary: 'show where every captured event is',
    details: 'Worked out from the records on this machine at the moment of asking; the network is not used.',
    examples: [['spec-kitty sync status --json', 'the same for a program']],
    load: () => import('./status.js'),
  }),
  defineCommand({
    path: 'sync diagnose',
    summary: 'judge every waiting event without the network',
    examples: [['spec-kitty sync diagnose', 'what a hub would say']],
    load: () => import('./diagnose.js'),
  }),
  defineCommand({
    path: 'sync run',
    summary: 'run the background sync in the foreground, for services and containers',
    details:
      'Stays until it is interrupted. One process for each state root delivers; a second one is told so.',
    options: {
      background: { type: 'boolean', describe: 'leave when there is no work', hidden: true },
    },
    examples: [['spec-kitty sync run', 'in a service manager or a container']],
    load: () => import('./run.js'),
  }),
  defineCommand({
    path: 'sync on',
    summary: 'share this project from this machine',
    examples: [['spec-kitty sync on', 'also sends what was captured before the sign-in']],
    load: () => import('./on.js'),
  }),
  defineCommand({
    path: 'sync off',
    summary: "keep this project's events on this machine",
    examples: [['spec-kitty sync off', 'what waits is kept']],
    load: () => import('./off.js'),
  }),
  defineCommand({
    path: 'sync server [url]',
    summary: 'show or set the address of the hub',
    positionals: { url: 'address to set; without it the present one is shown' },
    examples: [['spec-kitty sync server https://hub.example.com', 'use this hub for the next sign-in']],
    load: () => import('./server.js'),
  }),
];
