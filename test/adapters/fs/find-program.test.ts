import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from '../../../src/adapters/fs/find-program.js';
import { startProgram } from '../../../src/adapters/agents/start-program.js';
import { runGit } from '../../../src/adapters/work/git-process.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

describe('a program on Windows', () => {
  const find = (name: string, path: string, there: readonly string[], more = {}) =>
    findProgram(name, { Path: path, ...more }, 'win32', (file) => there.includes(file.replaceAll('/', '\\')));

  it('is found in the folders of the path, with its endings, whatever the letters of the variables', () => {
    expect(find('git', 'C:\\none;"C:\\Git\\cmd"', ['C:\\Git\\cmd\\git.EXE'])).toMatch(
      /^C:\\Git\\cmd.git\.EXE$/,
    );
    expect(find('git.exe', 'C:\\Git', ['C:\\Git\\git.exe'])).toMatch(/git\.exe$/);
    expect(find('x', 'C:\\a', ['C:\\a\\x.PS'], { PATHEXT: '.PS' })).toMatch(/x\.PS$/);
    expect(findProgram('git', { PATH: 'C:\\a' }, 'win32', (file) => file.endsWith('git.COM'))).toMatch(
      /git\.COM$/,
    );
  });

  it.each(['', '.', '.\\', 'bin', '\\bin', 'C:bin', '..\\bin'])(
    'is never found in the folder %j of the path',
    (folder) => {
      expect(findProgram('git', { Path: `${folder};C:\\Git` }, 'win32', () => true)).toMatch(/^C:\\Git/);
      expect(findProgram('git', { Path: folder }, 'win32', () => true)).toBeUndefined();
    },
  );

  it('is nowhere when there is no path, and never beside the command that starts it', () => {
    expect(findProgram('git', {}, 'win32', () => true)).toBeUndefined();
  });
});

describe('a program elsewhere', () => {
  it.each(['', '.', 'bin', './bin', '../bin'])('is never found in the folder %j of the path', (folder) => {
    expect(findProgram('git', { PATH: `${folder}:/usr/bin` }, 'linux', () => true)).toBe('/usr/bin/git');
    expect(findProgram('git', { PATH: folder }, 'linux', () => true)).toBeUndefined();
  });

  it('that is named by its path is that file', () => {
    expect(findProgram('./agent', { PATH: '/usr/bin' }, 'linux', () => false)).toBe('./agent');
  });
});

describe('what a repository brings along', () => {
  const scratch = scratchDirectory();
  const evil = (name: string): void => {
    mkdirSync(join(scratch.path, 'bin'), { recursive: true });
    for (const path of [join(scratch.path, name), join(scratch.path, 'bin', name)]) {
      writeFileSync(path, '#!/bin/sh\necho evil\n');
      chmodSync(path, 0o755);
    }
  };
  const environment = () => ({ PATH: ['', '.', 'bin', process.env['PATH'] ?? ''].join(delimiter) });

  it('is not the git that we run', async () => {
    evil('git');
    const { stdout } = await runGit(['--version'], { directory: scratch.path, environment: environment() });
    expect(stdout).toMatch(/^git version/);
  });

  it('is not the agent that was meant', async () => {
    evil('some-agent');
    const start = { argv: ['some-agent'], directory: scratch.path, environment: environment() };
    expect(await startProgram(start)).toEqual({
      ok: false,
      error: expect.stringContaining('there is no program'),
    });
  });

  it('is no program when it is a folder or may not be run', () => {
    mkdirSync(join(scratch.path, 'a', 'tool'), { recursive: true });
    mkdirSync(join(scratch.path, 'b'));
    writeFileSync(join(scratch.path, 'b', 'tool'), '', { mode: 0o600 });
    mkdirSync(join(scratch.path, 'c'));
    symlinkSync(process.execPath, join(scratch.path, 'c', 'tool'));
    const path = ['a', 'b', 'c'].map((folder) => join(scratch.path, folder)).join(':');
    expect(findProgram('tool', { PATH: path })).toBe(join(scratch.path, 'c', 'tool'));
    expect(execFileSync(join(scratch.path, 'c', 'tool'), ['-p', '1'], { encoding: 'utf8' })).toBe('1\n');
  });
});
