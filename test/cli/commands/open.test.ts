// What the container loads lazily, all at once: the test runner's modules cannot be linked from two sides at a time.
import '../../../src/app/agents/orchestrate-feature.js';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NodeTimer } from '../../../src/adapters/host/node-host.js';
import { MemoryAgentRunner } from '../../../src/adapters/memory/memory-agents.js';
import { bufferSink } from '../../support/buffer-sink.mjs';
import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { issuesOf } from '../../../src/domain/document.js';
import { CommandLine } from '../../support/command-line.js';
import { FEATURE, smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;
let uuid: string;

beforeEach(async () => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
  ({ project_uuid: uuid } = (await cli.run('init --json')).document);
});

afterEach(() => cli.remove());

/** A folder with a program of that name, which is what a system has to open addresses with. */
const withProgram = (name: string): string => {
  const path = join(cli.git.place, 'programs', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nprintf '%s' "$*" > "$0.tmp" && mv "$0.tmp" "$0.said"\n`);
  chmodSync(path, 0o755);
  return path;
};

const said = async (program: string): Promise<string> => {
  for (let tries = 0; tries < 500; tries++) {
    try {
      return readFileSync(`${program}.said`, 'utf8');
    } catch {
      await new NodeTimer().sleep(20);
    }
  }
  throw new Error(`${program} was not called.`);
};

describe('open', () => {
  it('prints the page of the feature at hand, of a work package, and outside of a project the first one', async () => {
    await cli.signIn();
    const page = `https://hub.example.org/projects/${uuid}/features/${FEATURE}`;
    expect(await cli.run('open')).toMatchObject({ outcome: 'done', out: `${page}\n`, err: '' });
    expect((await cli.run('open WP01 --print')).out).toBe(`${page}/work-packages/WP01\n`);
    expect((await cli.run('open', { cwd: cli.git.place })).out).toBe('https://hub.example.org/\n');
    const { document } = await cli.run('open --json');
    expect(document).toMatchObject({ url: page, is_shared: true, opened: false });
    expect(issuesOf(DOCUMENTS.find(({ command }) => command === 'open')!.schema, document)).toEqual([]);
  });

  it('is the page of the project where no feature is meant, and fails for one that is not there', async () => {
    await cli.signIn();
    cli.git.git('rm', '--quiet', '-r', 'kitty-specs');
    expect((await cli.run('open')).out).toBe(`https://hub.example.org/projects/${uuid}\n`);
    const { outcome, err } = await cli.run('open --feature 009-nothing');
    expect(outcome).toBe('failed');
    expect(err).toContain('error[feature-not-found]');
  });

  it('needs no sign-in where a hub is set, and says how to come by one', async () => {
    const { outcome, err } = await cli.run('open');
    expect(outcome).toBe('not-signed-in');
    expect(err).toContain('No hub is known here');
    expect(err).toContain('spec-kitty hub serve');
    await cli.run('sync server https://hub.example.org');
    expect((await cli.run('open')).out).toContain(`https://hub.example.org/projects/${uuid}`);
  });

  it('says when the config of the project keeps its events here', async () => {
    await cli.signIn();
    const config = join(cli.git.root, '.kittify/config.yaml');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\nsync:\n  share: false\n`);
    expect((await cli.run('open')).err).toContain('the hub knows nothing of it');
  });

  it('starts the browser of a person at a screen, and says when there is none', async () => {
    await cli.signIn();
    const program = withProgram('xdg-open');
    const PATH = `${dirname(program)}:${process.env['PATH']}`;
    const screen = { PATH, DISPLAY: ':0', WSL_DISTRO_NAME: '' };
    const opened = await cli.run('open', { env: screen, stdout: bufferSink(100), isTTY: true });
    expect(opened.err).toBe('');
    expect(await said(program)).toBe(opened.out.trim());
    const none = { ...screen, DISPLAY: '', WAYLAND_DISPLAY: '' };
    const { err, out } = await cli.run('open', { env: none, stdout: bufferSink(100), isTTY: true });
    expect(err).toContain('No browser could be started here.');
    expect(out).toBe(opened.out);
  });
});

describe('orchestrate', () => {
  it('says first where it is seen live', async () => {
    await cli.signIn();
    const programs = dirname(withProgram('claude'));
    const { err } = await cli.run('orchestrate --agents claude', {
      env: { PATH: `${programs}:${process.env['PATH']}` },
      overrides: {
        agentRunner: new MemoryAgentRunner(
          new Map([['claude', () => Promise.resolve({ code: 1 })]]),
          new NodeTimer(),
        ),
      },
    });
    expect(err.split('\n')[0]).toBe(
      `Seen live at https://hub.example.org/projects/${uuid}/features/${FEATURE}`,
    );
  });
});
