import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

interface Size {
  readonly lines: number;
  readonly files: number;
}

/**
 * What each room has on all of its floors together, and may have at most. A figure is only ever lowered: a new capability
 * pays for itself, or the commit that raises a figure says why. `goal` is what the care of this code allows in the end.
 */
const ROOMS: Readonly<Record<string, Size & { readonly goal: number }>> = {
  root: { lines: 2000, files: 29, goal: 1500 },
  events: { lines: 3110, files: 32, goal: 2200 },
  outbox: { lines: 2870, files: 25, goal: 2800 },
  delivery: { lines: 5260, files: 49, goal: 4500 },
  reports: { lines: 1450, files: 14, goal: 1300 },
  work: { lines: 9860, files: 73, goal: 7000 },
  agents: { lines: 4250, files: 40, goal: 3000 },
  hub: { lines: 7310, files: 62, goal: 5000 },
  dashboard: { lines: 2410, files: 26, goal: 2500 },
  memory: { lines: 1200, files: 8, goal: 1200 },
  drivers: { lines: 8280, files: 89, goal: 4800 },
  extension: { lines: 2000, files: 26, goal: 2000 },
};

const CAPABILITIES = [
  'events',
  'outbox',
  'delivery',
  'reports',
  'work',
  'agents',
  'hub',
  'dashboard',
  'memory',
];

/** The folder of a file below its floor, or what its port is called, says which room it belongs to. */
const roomOf = (path: string): string => {
  const [floor = '', place = ''] = path.replace(/\.\w+$/, '').split(/[\\/]/);
  if (CAPABILITIES.includes(place)) return place;
  // The server for agent hosts is a driver, and the care of it is that of the agents' room.
  if (place === 'mcp') return 'agents';
  return floor === 'app' ? 'drivers' : 'root';
};

const sizes = new Map<string, Size>();
const measure = (folder: string, roomAt: (path: string) => string): void => {
  for (const path of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(tsx?|css|html)$/.test(path)) continue;
    const { lines, files } = sizes.get(roomAt(path)) ?? { lines: 0, files: 0 };
    const own = readFileSync(join(ROOT, folder, path), 'utf8').split('\n').length - 1;
    sizes.set(roomAt(path), { lines: lines + own, files: files + 1 });
  }
};
measure('src', roomOf);
measure(join('extension', 'src'), () => 'extension');

describe('the size of a room', () => {
  it.each(Object.entries(ROOMS))('%s does not grow', (name, most) => {
    const { lines, files } = sizes.get(name) ?? { lines: 0, files: 0 };
    expect(lines).toBeLessThanOrEqual(most.lines);
    expect(files).toBeLessThanOrEqual(most.files);
    // A figure that is far above what there is would let it grow again.
    expect(lines).toBeGreaterThan(most.lines - 100);
  });

  it('is known of every file', () => {
    expect([...sizes.keys()].sort()).toEqual(Object.keys(ROOMS).sort());
  });
});
