import { spawn } from 'node:child_process';
import { withoutToken, type Environment } from '../../domain/child-environment.js';
import type { Browser } from '../../ports/host.js';
import { findProgram } from '../fs/find-program.js';

/** The browser that the system has for web addresses, by the program that each system has for this. */
export class SystemBrowser implements Browser {
  readonly #environment: Environment;
  readonly #platform: NodeJS.Platform;

  constructor(environment: Environment, platform: NodeJS.Platform = process.platform) {
    this.#environment = environment;
    this.#platform = platform;
  }

  open(url: string): Promise<boolean> {
    const [name, ...args] = this.#opener();
    const program = name === undefined ? undefined : findProgram(name, this.#environment, this.#platform);
    if (program === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const child = spawn(program, [...args, url], {
        env: withoutToken(this.#environment),
        detached: true,
        stdio: 'ignore',
        windowsHide: true,
      });
      child.on('error', () => resolve(false));
      child.on('spawn', () => resolve(true));
      child.unref();
    });
  }

  /** Program and first arguments; empty where no screen is in front of the person, as over ssh. */
  #opener(): readonly string[] {
    const has = (...names: readonly string[]): boolean =>
      names.some((name) => (this.#environment[name] ?? '') !== '');
    if (this.#platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler'];
    if (this.#platform === 'darwin') return has('SSH_CONNECTION') ? [] : ['open'];
    if (has('WSL_DISTRO_NAME')) return ['wslview'];
    return has('DISPLAY', 'WAYLAND_DISPLAY') ? ['xdg-open'] : [];
  }
}
