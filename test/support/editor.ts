import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A page of the browser, as far as these tests use it. */
export type Page = any;

export const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const E2E = join(ROOT, 'e2e', 'vscode');
const SERVER = join(E2E, 'node_modules', 'code-server', 'out', 'node', 'entry.js');

/** Settings under which nothing asks, tips, updates or reaches for the network. */
export const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'files.simpleDialog.enable': true,
  'window.confirmBeforeClose': 'never',
};

export interface EditorOptions {
  /** Variables of the server, and of the extension with it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the window asks for trust. Default: every folder is trusted. */
  readonly asksForTrust?: boolean;
}

/** A VS Code server with our extension, and a browser that opens windows on it. */
export class Editor {
  readonly #server: ChildProcess;
  readonly #browser: any;
  readonly #place: string;
  readonly port: number;
  /** Requests that left this machine; there must be none. */
  readonly outside: string[] = [];
  /** What pages wrote to their consoles. */
  readonly console: string[] = [];

  private constructor(server: ChildProcess, browser: any, place: string, port: number) {
    this.#server = server;
    this.#browser = browser;
    this.#place = place;
    this.port = port;
    browser.on('request', (request: any) => {
      const { protocol, hostname } = new URL(request.url());
      // Files of views have such addresses, at which the editor's own service worker answers.
      const isOurs = hostname === '127.0.0.1' || hostname.endsWith('.vscode-resource.vscode-cdn.net');
      if (/^(?:http|ws)/.test(protocol) && !isOurs) this.outside.push(request.url());
    });
  }

  /** Starts both, each with a home, settings and profile of its own. `extensions`: folders to be installed. */
  static async start(extensions: readonly string[], options: EditorOptions = {}): Promise<Editor> {
    const place = mkdtempSync(join(tmpdir(), 'kitty-editor-'));
    const directory = (name: string): string => {
      const path = join(place, name);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const [user, installed] = [directory('user'), directory('extensions')];
    writeFileSync(
      join(directory('user/User'), 'settings.json'),
      JSON.stringify({ ...QUIET, ...options.settings }),
    );
    for (const each of extensions) install(each, installed);
    const port = await freePort();
    const flags = [
      ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry'],
      ...['--disable-update-check', '--disable-getting-started-override'],
      ...(options.asksForTrust === true ? [] : ['--disable-workspace-trust']),
      ...['--user-data-dir', user, '--extensions-dir', installed],
    ];
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory('home'),
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      ...options.env,
    };
    const server = spawn(process.execPath, [SERVER, ...flags], { env, stdio: 'ignore', detached: true });
    await untilItAnswers(`http://127.0.0.1:${port}/healthz`, server);
    const { chromium } = createRequire(join(E2E, 'package.json'))('playwright-core');
    const browser = await chromium.launchPersistentContext(directory('browser'), {
      env: { PATH: env.PATH, HOME: env.HOME },
      executablePath: '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1280, height: 800 },
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
    });
    return new Editor(server, browser, place, port);
  }

  /** A window on a folder or a `.code-workspace` file; `payload` goes to the workbench as it is. */
  async open(
    path: string,
    payload: readonly (readonly [string, string])[] = [],
    isTest = false,
  ): Promise<Window> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message: any) => this.console.push(message.text()));
    // The workbench reports the end of a test run to whoever has these, and fails without them.
    if (isTest)
      for (const name of ['codeAutomationLog', 'codeAutomationExit'])
        await page.exposeFunction(name, (...args: unknown[]) => void this.console.push(JSON.stringify(args)));
    const url = new URL(`http://127.0.0.1:${this.port}/`);
    url.searchParams.set(path.endsWith('.code-workspace') ? 'workspace' : 'folder', path);
    if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
    const window = new Window(page);
    if (path.endsWith('.code-workspace')) await window.beginWithFolders(url.href);
    else await window.begin(url.href);
    return window;
  }

  /** Where a file of the server is, for a payload. */
  uri(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${resolve(path)}`;
  }

  async newPage(): Promise<Page> {
    return this.#browser.newPage();
  }

  /** Ends browser and server with everything that they started, and removes what they wrote. */
  async stop(): Promise<void> {
    await this.#browser.close().catch(() => undefined);
    const ended = once(this.#server, 'exit');
    signal(this.#server, 'SIGTERM');
    const late = setTimeout(() => signal(this.#server, 'SIGKILL'), 8000);
    if (this.#server.exitCode === null && this.#server.signalCode === null) await ended;
    clearTimeout(late);
    // The extension host is of the same group, and may still be ending.
    signal(this.#server, 'SIGKILL');
    rmSync(this.#place, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** One window of VS Code. */
export class Window {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async begin(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'domcontentloaded' });
    await this.page.waitForSelector('.monaco-workbench .statusbar', { timeout: 2 * PATIENCE_MS });
  }

  /**
   * The workbench of a browser misses the folders of a workspace file that it reads while the server's file system is just
   * being connected, and stays as it is then, with an empty list or with nothing at all; a person loads the page again.
   */
  async beginWithFolders(url: string): Promise<void> {
    for (let tries = 0; tries < 8; tries++) {
      await this.begin(url);
      const folder = this.page.locator('.explorer-folders-view .monaco-list-row').first();
      const isThere = await folder.waitFor({ timeout: 15_000 }).then(
        () => true,
        () => false,
      );
      if (isThere) return;
    }
    const shown = await this.page.locator('.monaco-workbench').innerText();
    throw new Error(`The window has no folder of its workspace. It shows: ${shown.slice(0, 500)}`);
  }

  get quick(): any {
    return this.page.locator('.quick-input-widget');
  }

  statusItem(): any {
    return this.page.locator('[id="spec-kitty.spec-kitty.specKitty.sync"]');
  }

  /** Waits until nothing is being done to a work package any more: a tree that is drawn anew loses a click. */
  async idle(): Promise<void> {
    await this.page.locator('.statusbar-item', { hasText: /^spec-kitty WP/ }).waitFor({ state: 'detached' });
  }

  row(text: string | RegExp): any {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  }

  /** Shows the tree. */
  async showTree(): Promise<void> {
    const label = '.action-label[aria-label^="spec-kitty"]';
    // The number on it lies above the icon itself.
    const icon = this.page.locator('.activitybar .action-item', { has: this.page.locator(label) }).first();
    await icon.waitFor();
    const title = this.page.locator('.sidebar .composite.title', { hasText: /spec-kitty/i });
    for (let tries = 0; tries < 5 && (await title.count()) === 0; tries++) {
      await icon.click();
      await title.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
  }

  /** Opens a row that is closed. */
  async expand(text: string | RegExp): Promise<void> {
    const row = this.row(text);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false')
      await row.locator('.monaco-tl-twistie').click();
  }

  /** Runs a command from the palette, by its whole title. */
  async command(title: string): Promise<void> {
    const input = this.quick.locator('input[type="text"]').first();
    for (let tries = 0; ; tries++) {
      try {
        // A focused webview keeps the keys for itself.
        await this.page.evaluate(() => (globalThis as any).document.activeElement?.blur?.());
        await this.page.keyboard.press('F1');
        await input.waitFor({ timeout: 3000 });
        await input.fill(`>${title}`, { timeout: 3000 });
        const row = this.quick.locator(`.monaco-list-row.focused[aria-label^="${title}"]`);
        await row.waitFor({ timeout: 5000 });
        await row.click({ timeout: 3000 });
        return;
      } catch (error) {
        if (tries >= 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses in the list that is open. */
  async choose(text: string | RegExp, { timeout = 60_000 } = {}): Promise<void> {
    const row = this.quick.locator('.monaco-list-row', { hasText: text }).first();
    await row.waitFor({ timeout });
    await row.click();
  }

  /** Answers the question that is open, once it is the one that is meant. */
  async answer(question: string | RegExp, text: string): Promise<void> {
    await this.quick.locator('.quick-input-message', { hasText: question }).waitFor();
    await this.quick.locator('input').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the folder by its name. A key that came while the window was busy is pressed again. */
  async openFile(name: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.page.evaluate(() => (globalThis as any).document.activeElement?.blur?.());
      await this.page.keyboard.press('Control+p');
      try {
        await this.quick.locator('input').first().fill(name, { timeout: 15_000 });
        return await this.choose(name, { timeout: 15_000 });
      } catch (error) {
        if (tries >= 4) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses in the menu of a row of the tree. A menu that has only just opened may not take a click yet, and stays. */
  async menu(row: string | RegExp, entry: string): Promise<void> {
    await this.row(row).click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-label', { hasText: entry }).first();
    for (let tries = 1; ; tries++) {
      await item.hover();
      await item.click();
      try {
        return await item.waitFor({ state: 'hidden', timeout: 5_000 });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  /** Moves by the menu of a row. A row that was drawn anew at that moment is not known: then it is asked for again. */
  async move(id: string, lane: string): Promise<void> {
    const asked = this.quick.locator(`input[placeholder="Where shall ${id} go?"]`);
    for (let tries = 1; ; tries++) {
      await this.menu(id, 'Move Work Package');
      try {
        await asked.waitFor({ timeout: 10_000 });
        return await this.choose(lane);
      } catch (error) {
        if (tries >= 4) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  notification(text: string | RegExp): any {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** The frame of the view that holds something. */
  async view(selector: string): Promise<any> {
    for (let tries = 0; tries < 300; tries++) {
      for (const frame of this.page.frames()) {
        if (
          frame !== this.page.mainFrame() &&
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No view shows ${selector}.`);
  }

  /** A picture of the window, for whoever names a folder for such. */
  async shot(name: string): Promise<void> {
    const folder = process.env['EDITOR_SHOTS'];
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/** Looks until it holds, for as long as a window may need. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    if (await holds()) return;
    await new Promise((passed) => setTimeout(passed, LOOK_MS));
  }
  throw new Error(`It never came about that ${what}.`);
};

/** A loaded machine is slow, and nothing here is a measurement. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;

const install = (extension: string, installed: string): void => {
  const { publisher, name, version } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));
  const left = [join(extension, 'src'), join(extension, 'node_modules')];
  cpSync(extension, join(installed, `${publisher}.${name}-${version}`), {
    recursive: true,
    filter: (source) => !left.includes(source),
  });
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const untilItAnswers = async (url: string, server: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`VS Code ended with ${server.exitCode}.`);
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((passed) => setTimeout(passed, 200));
  }
  throw new Error('VS Code did not come up.');
};

const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): void => {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It is gone.
  }
};
