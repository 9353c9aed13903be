import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST_FILES } from '../../../src/domain/agents/instructions.js';
import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';
import { issuesOf } from '../../../src/domain/document.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const text = (path: string): string => readFileSync(join(cli.git.root, path), 'utf8');
const OWN = '# Our rules\r\n\r\nBe kind.\r\n';

describe('agent instructions', () => {
  it('prints the page, and names the agent in it', async () => {
    expect((await cli.run('agent instructions --for gemini')).out).toContain('next --agent gemini');
    const { document } = await cli.run('agent instructions --json');
    expect(document.text).toContain('next --agent NAME');
    expect(cli.git.git('status', '--porcelain')).toBe('');
  });

  it.each(Object.entries(HOST_FILES))('goes for %s into %s and out of it again', async (host, path) => {
    const { out } = await cli.run(`agent instructions --for ${host} --install --yes`);
    expect(out).toContain(`${path} is written.`);
    expect(text(path)).toContain(`--agent ${host}`);
    expect((await cli.run(`agent instructions --for ${host} --remove --yes`)).outcome).toBe('done');
    expect(existsSync(join(cli.git.root, path))).toBe(false);
  });

  it('leaves everything else in the file as it is, may be repeated, and brings an older page up to date', async () => {
    cli.git.write('CLAUDE.md', OWN);
    await cli.run('agent instructions --for claude --install --yes');
    const installed = text('CLAUDE.md');
    expect(installed.startsWith(OWN)).toBe(true);
    expect(installed.replaceAll('\r\n', '')).not.toContain('\n');
    const again = await cli.run('agent instructions --for claude --install');
    expect([again.out, text('CLAUDE.md')]).toEqual([
      'CLAUDE.md is so already; nothing was done.\n',
      installed,
    ]);
    cli.git.write('CLAUDE.md', `${installed.replace('Rules:', 'Older rules:')}\r\nBelow.\r\n`);
    const { out } = await cli.run('agent instructions --for claude --install --yes');
    expect(out.split('\n').filter((line) => /^[-+]/.test(line))).toEqual(['-Older rules:', '+Rules:']);
    expect(text('CLAUDE.md')).toBe(`${installed}\r\nBelow.\r\n`);
    await cli.run('agent instructions --for claude --remove --yes');
    expect(text('CLAUDE.md')).toBe(`${OWN}\r\nBelow.\r\n`);
  });

  it('shows what would change and asks; without an answer nothing is written', async () => {
    const line = 'agent instructions --for codex --install';
    const shown = await cli.run(line);
    expect(shown.out).toContain('+## Work packages (spec-kitty)');
    expect(shown.out).toContain(`Nothing was written. To write it:\n  spec-kitty ${line} --yes\n`);
    const refused = await cli.run(line, { isTTY: true, stdin: 'n\n' });
    expect([refused.err.includes('+Rules:'), refused.out]).toEqual([true, 'Nothing was written.\n']);
    const { document } = await cli.run(`${line} --json`);
    expect(document).toMatchObject({ path: 'AGENTS.md', outcome: 'not-written', before: null });
    const described = DOCUMENTS.find(({ command }) => command === 'agent instructions');
    expect(issuesOf(described!.schema, document)).toEqual([]);
    expect(existsSync(join(cli.git.root, 'AGENTS.md'))).toBe(false);
    await cli.run(line, { isTTY: true, stdin: 'y\n' });
    expect(existsSync(join(cli.git.root, 'AGENTS.md'))).toBe(true);
  });

  it('touches no file in which it is not clear what is ours', async () => {
    cli.git.write('AGENTS.md', 'a\n<!-- spec-kitty: end -->\n');
    const { document } = await cli.run('agent instructions --install --yes --json');
    expect(document.error).toMatchObject({ code: 'input-invalid' });
    expect((await cli.run('agent instructions --install --remove')).outcome).toBe('wrong-usage');
  });
});
