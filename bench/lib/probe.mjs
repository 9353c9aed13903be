import { spawn } from 'node:child_process';
import { percentile } from './rounds.mjs';

/**
 * Asks `/healthz` from a process of its own, over and over, so that what loads the hub does not delay the asking.
 * `stop` resolves to the milliseconds of the answers: half, 99 of 100, the longest.
 */
export const startProbe = async (url) => {
  const child = spawn(process.execPath, ['-e', ASKING, url], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => child.once('message', resolve));
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once('message', (took) =>
          resolve({ p50: percentile(took, 0.5), p99: percentile(took, 0.99), max: Math.max(...took) }),
        );
        child.send('stop');
      }),
  };
};

const ASKING = `
const { Agent, get } = require('node:http');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const took = [];
let asking = true;
const ask = () =>
  new Promise((resolve) => {
    const start = performance.now();
    get(process.argv[1] + '/healthz', { agent }, (response) => {
      response.resume().on('end', () => resolve(took.push(performance.now() - start)));
    }).on('error', () => resolve(took.push(Infinity)));
  });
(async () => {
  await ask();
  process.send('asking');
  while (asking) {
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  process.send(took, () => process.exit());
})();
process.on('message', () => (asking = false));
`;
