import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { incoming, makeEvent, FEATURE, PROJECT } from '../support/hub-events.js';
import { PASSWORD, startTestHub, type TestHub } from '../support/hub.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '<img src=x onerror=alert(1)>\u202E \u05D0\u05D1 ' + 'long '.repeat(60);

/** The way to the hub, which can be cut and mended. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  isCut = false;
  url = '';

  constructor(hubUrl: string) {
    const { port, hostname } = new URL(hubUrl);
    this.#server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

describe('the dashboard in a browser', () => {
  let hub: TestHub;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let wire: Wire;
  let context: BrowserContext;
  let page: Page;
  let clock = 0;
  const foreign: string[] = [];
  const violations: string[] = [];

  const send = (...events: readonly [overrides: object, payload: object][]) =>
    hub.stores.store
      .forTeam('acme')
      .append(
        events.map(([overrides, payload]) =>
          incoming(makeEvent({ lamport_clock: ++clock, ...overrides }, payload as never)),
        ),
      );

  const create = (id: string, title: string, dependencies: readonly string[] = []) =>
    send([
      { event_type: 'WPCreated', aggregate_id: id },
      { wp_id: id, title, dependencies, status: 'planned' },
    ]);

  const move = (id: string, from: string, to: string, overrides: object = {}) =>
    send([
      { aggregate_id: id, ...overrides },
      { wp_id: id, previous_status: from, new_status: to },
    ]);

  const signIn = async (user: string) => {
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('live, as of').waitFor();
  };

  beforeAll(async () => {
    hub = await startTestHub({ dashboard: true });
    wire = new Wire(hub.url);
    await wire.open();
    browser = await openBrowser();
    context = browser.context;
    page = context.pages()[0] ?? (await context.newPage());
    page.on('request', (request) => {
      if (!request.url().startsWith(wire.url)) foreign.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        violations.push(message.text());
    });
    page.on('pageerror', (error) => violations.push(error.message));
    await create('WP01', 'Sign in with a passkey');
    await create('WP02', HOSTILE, ['WP01']);
    await create('WP03', 'Write the migration', ['WP01']);
    await send([
      { event_type: 'WPAssigned' },
      { wp_id: 'WP01', agent_id: 'claude', phase: 'implementation', retry_count: 0 },
    ]);
    await move('WP01', 'planned', 'doing');
    await page.goto(`${wire.url}/board`);
  });

  afterAll(async () => {
    await browser.close();
    wire.close();
    await hub.close();
  });

  it('refuses a wrong password in words, and lets the right one in with a cookie that no script reads', async () => {
    await page.getByLabel('User name').fill('acme');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('User name or password is wrong.').waitFor();
    await signIn('acme');
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await context.cookies()).toEqual([
      expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/' }),
    ]);
  });

  it('moves a card when an event arrives, and shows hostile titles as text', async () => {
    await page.getByRole('region', { name: 'Doing', exact: true }).getByText('WP01').waitFor();
    await move('WP01', 'doing', 'for_review');
    await page.getByRole('region', { name: 'For review', exact: true }).getByText('WP01').waitFor();
    await page.getByText('<img src=x', { exact: false }).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('keeps filters in the address, and goes back and forward', async () => {
    await page.goto(`${wire.url}/board?q=migration`);
    await page.getByText('1 of 3 work packages').waitFor();
    expect(await page.getByLabel('Text').inputValue()).toBe('migration');
    await page.getByRole('link', { name: /^WP03/ }).click();
    await page.getByRole('heading', { name: /WP03/ }).waitFor();
    await page.goBack();
    await page.getByText('1 of 3 work packages').waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: /WP03/ }).waitFor();
  });

  it('marks what came late and what ran side by side', async () => {
    const at = ++clock;
    await move('WP03', 'planned', 'doing', { lamport_clock: at });
    await move('WP03', 'planned', 'doing', { lamport_clock: at, node_id: 'bbbbbbbbbbbb' });
    await move('WP03', 'planned', 'planned', { lamport_clock: 2, node_id: 'cccccccccccc' });
    await page.goto(`${wire.url}/projects/${PROJECT}/features/${FEATURE}/work-packages/WP03`);
    await page.getByText('concurrent', { exact: true }).first().waitFor();
    expect(await page.getByText('concurrent', { exact: true }).count()).toBe(2);
    expect(await page.getByText('late', { exact: true }).count()).toBe(1);
  });

  it('resumes a cut connection without a gap and without repeating anything', async () => {
    await page.goto(`${wire.url}/activity`);
    await page.getByText('live, as of').waitFor();
    const before = await page.locator('.timeline > li').count();
    wire.cut();
    await page.getByText('The connection to the hub is lost.', { exact: false }).waitFor();
    await move('WP02', 'planned', 'doing');
    await move('WP02', 'doing', 'for_review');
    wire.isCut = false;
    await page.getByText('live, as of').waitFor();
    await move('WP02', 'for_review', 'done');
    await page
      .locator('.timeline > li')
      .nth(before + 2)
      .waitFor();
    expect(await page.locator('.timeline > li').count()).toBe(before + 3);
  });

  it('has no violation that axe finds, on any page, in both themes', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const path of [
        ...['/', '/board', '/activity', '/machines', '/account', `/projects/${PROJECT}`],
        ...[
          `/projects/${PROJECT}/features/${FEATURE}`,
          `/projects/${PROJECT}/features/${FEATURE}/work-packages/WP02`,
        ],
      ]) {
        await page.goto(`${wire.url}${path}`);
        await page.getByText('live, as of').waitFor();
        await page.evaluate(AXE);
        const found = (await page.evaluate(
          'axe.run().then((result) => result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`))',
        )) as string[];
        expect({ path, scheme, found }).toEqual({ path, scheme, found: [] });
      }
    }
  }, 180_000);

  it('signs out, and shows another team nothing of this one', async () => {
    await page.goto(`${wire.url}/account`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to this hub' }).waitFor();
    await signIn('zenith');
    await page.goto(`${wire.url}/board`);
    await page.getByText('No work packages yet').waitFor();
    await page.goto(`${wire.url}/projects/${PROJECT}/features/${FEATURE}`);
    await page.getByText('This team has no such feature.').waitFor();
  });

  it('asked no other host for anything, and broke no rule of its policy', () => {
    expect(foreign).toEqual([]);
    expect(violations).toEqual([]);
  });
});
