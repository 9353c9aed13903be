import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { lockFile } from '../../src/adapters/fs/process-lock.js';
import { ROOT } from '../architecture/run-tool.js';
import { wayOut } from '../support/way-out.js';

/** A directory in which the package is packed and installed as others do it, with a home of its own. */
export class PackingPlace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'package-')));
  /** Where every test of the run finds what the first of them has packed. */
  readonly tarball = join(tmpdir(), 'spec-kitty-sync-0.1.0.tgz');

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

  /** Packs the sources as they would be released, once in a run: other tests wait for whoever packs. */
  async pack(): Promise<void> {
    const lock = await lockFile(`${this.tarball}.lock`, LONGEST_PACKING_MS);
    if (lock === undefined) throw new Error('Another test packs without end.');
    try {
      if (existsSync(this.tarball)) return;
      const copy = this.copySources('sources');
      symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
      this.run(copy, 'npm', ['pack', '--pack-destination', this.root]);
      renameSync(join(this.root, basename(this.tarball)), this.tarball);
    } finally {
      lock.release();
    }
  }

  /** Installs the tarball for a whole machine and returns the program. */
  install(prefix: string): string {
    this.run(this.root, 'npm', ['install', '--global', '--prefix', prefix, '--ignore-scripts', this.tarball]);
    return process.platform === 'win32' ? join(prefix, 'spec-kitty') : join(prefix, 'bin', 'spec-kitty');
  }

  /** Runs a program to its end and returns what it said on stdout; what fails is thrown with all of it. */
  run(cwd: string, command: string, args: readonly string[]): string {
    const { status, stdout, stderr } = this.attempt(cwd, command, args);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs a program to its end, however it ends. */
  attempt(cwd: string, command: string, args: readonly string[], input = ''): Ended {
    mkdirSync(cwd, { recursive: true });
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd,
      input,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      env: this.environment(),
    });
    return { status, stdout, stderr: `${stderr}${error?.message ?? ''}` };
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The user's, without what npm tells the programs that it runs; a home of its own and the user's cache of npm. */
  environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|SPEC_KITTY|NODE_OPTIONS|INIT_CWD)/i.test(name),
    );
    return {
      ...Object.fromEntries(own),
      ...wayOut(),
      HOME: join(this.root, 'home'),
      USERPROFILE: join(this.root, 'home'),
      npm_config_cache: CACHE,
      npm_config_update_notifier: 'false',
      npm_config_yes: 'true',
      npm_config_prefer_offline: 'true',
      SPEC_KITTY_SYNC: 'off',
    };
  }
}

/** How a program ended, and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LONGEST_PACKING_MS = 300_000;

/** A cache of the run's own would fetch every package anew. */
const CACHE =
  process.env['npm_config_cache'] ??
  String(
    spawnSync('npm', ['config', 'get', 'cache'], {
      shell: process.platform === 'win32',
      env: { ...process.env, HOME: userInfo().homedir, USERPROFILE: userInfo().homedir },
    }).stdout,
  ).trim();
