import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** A browser with a profile of its own that `close` takes away. Where there is none, Debian's is installed. */
export const openBrowser = async (): Promise<{
  readonly context: BrowserContext;
  close(): Promise<void>;
}> => {
  if (!existsSync(CHROMIUM))
    execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: 'ignore' });
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
};

/** What a page did that it may not do: asked another host for something, broke its policy, failed in a script. */
export const misdeedsOf = (page: Page, own: () => string): readonly string[] => {
  const misdeeds: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(own())) misdeeds.push(`asked for ${request.url()}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
      misdeeds.push(message.text());
  });
  page.on('pageerror', (error) => misdeeds.push(error.message));
  page.on('dialog', (dialog) => {
    misdeeds.push(`said ${dialog.message()}`);
    void dialog.dismiss();
  });
  return misdeeds;
};
