import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { COMMANDS } from '../../src/app/cli/commands/all.js';
import { parseCommandLine } from '../../src/app/cli/parser.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/agents.md'), 'utf8');

/** The snippets of the page in a language. */
const snippets = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );

/** What a host starts, by the name under which it knows the server. */
type Servers = Readonly<
  Record<string, { readonly command: string; readonly args: readonly string[]; readonly type?: string }>
>;

const expectStarted = async (command: readonly string[]): Promise<void> => {
  const [program, ...args] = command;
  expect(program).toBe('spec-kitty');
  const request = await parseCommandLine(args, COMMANDS, 80);
  expect(request.wanted === 'command' && request.definition.words).toEqual(['mcp']);
};

describe('the set-up of a host, as its page has it', () => {
  it('is JSON under the key that the host reads, and starts the server', async () => {
    const documents = snippets('json').map((text) => JSON.parse(text) as Readonly<Record<string, Servers>>);
    expect(documents.map((each) => Object.keys(each))).toEqual([['mcpServers'], ['servers']]);
    for (const document of documents)
      for (const { command, args } of Object.values(document).flatMap((each) => Object.values(each)))
        await expectStarted([command, ...args]);
    // VS Code tells servers on standard input and output from others by their type.
    expect(documents[1]?.['servers']?.['kitty']?.type).toBe('stdio');
  });

  it('is TOML for Codex, and starts the server', async () => {
    const [text = '', ...others] = snippets('toml');
    expect(others).toEqual([]);
    const { mcp_servers: servers, ...rest } = parse(text) as unknown as { mcp_servers: Servers };
    expect(rest).toEqual({});
    const { command = '', args = [] } = servers['kitty'] ?? {};
    await expectStarted([command, ...args]);
  });

  it('is a line of each host, and every line of ours is one that the program takes', async () => {
    const lines = snippets('sh')
      .flatMap((text) => text.split('\n'))
      .map((line) => line.replace(/\s+#.*/, '').replace(/ > \S+$/, ''))
      .filter((line) => line !== '' && !line.startsWith('export '));
    const added = lines.filter((line) => line.includes(' mcp add '));
    expect(added.map((line) => line.split(' ')[0])).toEqual(['claude', 'codex', 'gemini', 'copilot']);
    for (const line of added) {
      const [, , , name, ...rest] = line.split(' ');
      expect(name).toBe('kitty');
      await expectStarted(rest[0] === '--' ? rest.slice(1) : rest);
    }
    const own = lines.filter((line) => line.startsWith('spec-kitty '));
    expect(own.length).toBeGreaterThan(4);
    for (const line of own) {
      const request = await parseCommandLine(line.split(' ').slice(1), COMMANDS, 80);
      expect([line, request.wanted]).toEqual([line, 'command']);
    }
  });
});
