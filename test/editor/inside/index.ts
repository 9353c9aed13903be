import { readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { runActions } from './actions.js';
import { contracts } from './contracts.js';
import { measure } from './measure.js';
import { runInside } from './runner.js';

/** What is asked of the editor from outside, in the file that a variable names; the answer is written beside it. */
export const run = async (): Promise<void> => {
  const place = process.env['SPEC_KITTY_INSIDE'] ?? '';
  const asked = JSON.parse(readFileSync(place, 'utf8')) as Asked;
  let answer: unknown;
  try {
    answer = await answerTo(asked);
  } catch (error) {
    answer = { error: error instanceof Error ? error.stack : String(error) };
  }
  writeFileSync(`${place}.answer`, JSON.stringify(answer ?? null));
};

type Asked =
  | { readonly ask: 'contracts' }
  | { readonly ask: 'actions'; readonly actions: Parameters<typeof runActions>[0] }
  | { readonly ask: 'measure'; readonly file: string; readonly last: string };

const answerTo = async (asked: Asked): Promise<unknown> => {
  switch (asked.ask) {
    case 'contracts': {
      const inside = vscode.extensions.getExtension<vscode.ExtensionContext>('spec-kitty-test.inside');
      const context = await inside?.activate();
      if (context === undefined) throw new Error('The extension of the tests is not there.');
      return runInside(() => contracts(context.secrets));
    }
    case 'actions':
      return runActions(asked.actions);
    case 'measure':
      return measure(asked);
  }
};
