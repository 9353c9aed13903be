import { expect } from 'expect';

/** What became of one test inside the editor. */
export interface InsideResult {
  readonly name: string;
  /** Absent when it passed. */
  readonly failure?: string;
}

type Step = () => unknown;

interface Suite {
  readonly name: string;
  readonly before: Step[];
  readonly after: Step[];
}

/**
 * As much of a test runner as the contract suites need, for a host in which Jest does not run: suites, tests and hooks,
 * one test after the other. Suites register themselves when `register` is called.
 */
export const runInside = async (register: () => void): Promise<readonly InsideResult[]> => {
  const open: Suite[] = [];
  const tests: { readonly name: string; readonly suites: readonly Suite[]; readonly step: Step }[] = [];
  const describe = (name: string, body: () => void): void => {
    open.push({ name, before: [], after: [] });
    body();
    open.pop();
  };
  const it = (name: string, step: Step): void =>
    void tests.push({ name: [...open.map((suite) => suite.name), name].join(' '), suites: [...open], step });
  const beforeEach = (step: Step): void => void open.at(-1)?.before.push(step);
  const afterEach = (step: Step): void => void open.at(-1)?.after.push(step);
  Object.assign(globalThis, { describe, it, beforeEach, afterEach, expect });
  register();
  const results: InsideResult[] = [];
  for (const { name, suites, step } of tests) {
    try {
      for (const suite of suites) for (const each of suite.before) await each();
      try {
        await inTime(step());
      } finally {
        for (const suite of [...suites].reverse()) for (const each of suite.after) await each();
      }
      results.push({ name });
    } catch (error) {
      results.push({
        name,
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
  return results;
};

/** A test that waits for something that never comes fails, and the others run. */
const inTime = async (running: unknown): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It did not end.')), LONGEST_MS);
  });
  await Promise.race([running, late]).finally(() => clearTimeout(timer));
};

const LONGEST_MS = 20_000;
