import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../architecture/run-tool.js';

/** A directory in which the package is packed and installed as others do it, with a home of its own. */
export class PackingPlace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'package-')));
  readonly tarball = join(this.root, 'spec-kitty-sync-0.1.0.tgz');

  /** What is in git and what would be added to it, as in a fresh clone: without what was built. */
  copySources(name: string): string {
    const copy = join(this.root, name);
    const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
    });
    for (const path of String(listed.stdout).split('\0').filter(Boolean)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(ROOT, path), join(copy, path));
    }
    return copy;
  }

  /** Packs the sources as they would be released. */
  pack(): void {
    const copy = this.copySources('sources');
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    this.run(copy, 'npm', ['pack', '--pack-destination', this.root]);
  }

  /** Runs a program to its end and returns what it said; what fails is thrown with all of it. */
  run(
    cwd: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): string {
    mkdirSync(cwd, { recursive: true });
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      env: { ...this.#environment(), ...env },
    });
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
    return stdout;
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The user's, without what npm tells the programs that it runs; a home of its own and the user's cache of npm. */
  #environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|SPEC_KITTY|NODE_OPTIONS|INIT_CWD)/i.test(name),
    );
    return {
      ...Object.fromEntries(own),
      ...(JSON.parse(process.env['SPEC_KITTY_TEST_WAY_OUT'] ?? '{}') as Record<string, string>),
      HOME: join(this.root, 'home'),
      USERPROFILE: join(this.root, 'home'),
      npm_config_cache: CACHE,
      npm_config_update_notifier: 'false',
      npm_config_yes: 'true',
      npm_config_prefer_offline: 'true',
    };
  }
}

/** A cache of the run's own would fetch every package anew. */
const CACHE =
  process.env['npm_config_cache'] ??
  String(
    spawnSync('npm', ['config', 'get', 'cache'], {
      shell: process.platform === 'win32',
      env: { ...process.env, HOME: userInfo().homedir, USERPROFILE: userInfo().homedir },
    }).stdout,
  ).trim();
