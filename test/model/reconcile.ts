import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { segmentFirst } from '../../src/adapters/outbox/outbox-paths.js';
import { collect } from '../support/facts.js';
import { stateOfModel, stateOfReal } from './compare.js';
import type { OutboxModel } from './outbox-model.js';
import type { World } from './world.js';

/** The model and what it was made of, so that a command can put another one in its place. */
export interface Holder {
  now: OutboxModel;
}

/**
 * After a fault: the real outbox, put in order by the process that comes next, must be at one of the steps of what
 * was under way. That step is what the model goes on with.
 */
export const reconcile = async (
  holder: Holder,
  world: World,
  steps: readonly OutboxModel[],
): Promise<OutboxModel> => {
  world.disk.arm(undefined);
  world.reopen();
  // Readers meet the outbox before any writer does.
  await world.outbox.reading();
  await collect(world.outbox.records());
  if (world.has(world.paths.directory)) await world.outbox.capture([], { maxWaiting: Infinity });
  const { beside } = await world.outbox.reading();
  const real = await stateOfReal(world);
  const opened = steps.map((step) => {
    const copy = step.copy();
    copy.hasJournal = world.has(world.paths.directory);
    if (copy.hasJournal) copy.capture();
    adoptSegments(copy, world);
    // What stands beside the records may miss the fault itself, and never what was counted before.
    expect(beside.tornTails).toBeGreaterThanOrEqual(steps[0]?.tornTails ?? 0);
    expect(beside.refused).toBeGreaterThanOrEqual(steps[0]?.refused ?? 0);
    copy.tornTails = beside.tornTails;
    copy.refused = beside.refused;
    return copy;
  });
  const found = [...opened]
    .reverse()
    .find((step) => isDeepStrictEqual(plain(stateOfModel(step)), plain(real)));
  // Not at any step: the difference from the last one is the most telling.
  if (found === undefined) expect(real).toEqual(stateOfModel(opened.at(-1)!));
  holder.now = found ?? holder.now;
  return holder.now;
};

/** Without what is absent, as `toEqual` compares. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A rotation may have been the last thing that happened: where segments begin is read from their names. */
const adoptSegments = (model: OutboxModel, { paths, has }: World): void => {
  if (!has(paths.current)) return;
  const header = readFileSync(paths.current, 'utf8').split('\n', 1)[0] ?? '';
  const { first } = JSON.parse(header) as { readonly first: number };
  const sealed = has(paths.segments)
    ? readdirSync(paths.segments).flatMap((name) => segmentFirst(name) ?? [])
    : [];
  const starts = [...sealed, first].sort((a, b) => a - b);
  const { records } = model;
  model.openFirst = first;
  model.segments = starts.map((start, index) =>
    records.filter(({ record }) => record >= start && record < (starts[index + 1] ?? Infinity)),
  );
};
