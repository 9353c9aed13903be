import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { AWAKE, withBackground } from '../support/background.js';
import { misdeedsOf, openBrowser } from '../support/browser.js';
import { sharedHubProcess } from '../support/hub-process.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { makeProject, PASSWORD, signIn, succeed } from '../support/project.js';
import { runCli } from '../support/run-cli.js';

const hub = sharedHubProcess();

const enter = async (page: Page, url: string): Promise<void> => {
  await page.goto(url);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('live, as of').waitFor();
};

describe('the dashboard while people work', () => {
  it(
    'follows commands in two repositories, whose events a background process delivers',
    () =>
      withBackground(async (sandbox) => {
        const seed = smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } });
        const second = join(sandbox.directory, 'second');
        await mkdir(second);
        await makeProject(sandbox, seed);
        await makeProject(sandbox, seed, second);
        await signIn(sandbox, hub.url);
        const run = (cwd: string, ...args: readonly string[]) =>
          succeed(sandbox, args, { cwd, env: { ...AWAKE.env } });
        const move = (cwd: string, to: string) =>
          run(cwd, 'agent', 'tasks', 'move-task', 'WP01', '--to', to, '--agent', 'codex', '--force');

        const browser = await openBrowser();
        try {
          const page = browser.context.pages()[0] ?? (await browser.context.newPage());
          const misdeeds = misdeedsOf(page, () => hub.url);
          page.setDefaultTimeout(20_000);
          await enter(page, `${hub.url}/board`);
          const card = (lane: string, project: string) =>
            page
              .getByRole('region', { name: lane, exact: true })
              .getByRole('link', { name: new RegExp(`^WP01 .*${project} / ${FEATURE}`) });
          for (const place of [sandbox.project, second]) {
            await run(place, 'agent', 'feature', 'finalize-tasks');
            await card('Planned', place === second ? 'second' : 'project').waitFor();
          }
          await run(sandbox.project, 'implement', 'WP01', '--agent', 'claude');
          await card('Doing', 'project').getByText('claude').waitFor();
          await move(second, 'doing');
          await card('Doing', 'second').waitFor();
          expect(await card('Planned', 'project').count()).toBe(0);

          await page.getByRole('link', { name: /^Now/ }).click();
          const needs = page.getByRole('region', { name: /^What needs me/ });
          await page.getByText('Nothing waits for a person.').waitFor();
          await move(second, 'for_review');
          await needs.getByRole('link', { name: /^WP01 .*waits for a review.*second/ }).waitFor();
          await move(second, 'done');
          await page.getByText('Nothing waits for a person.').waitFor();

          const { stdout } = await runCli(sandbox, ['open', 'WP01', '--print'], { cwd: second });
          await page.goto(stdout.trim());
          await page.getByRole('heading', { name: /^WP01/ }).waitFor();
          await page.getByText('for_review → done by codex').waitFor();
          expect(misdeeds).toEqual([]);
        } finally {
          await browser.close();
        }
      }),
    120_000,
  );
});
