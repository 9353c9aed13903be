import { existsSync, readFileSync } from 'node:fs';
import type { OutboxCommand } from './commands-capture.js';
import { compare } from './compare.js';
import { DAMAGED } from './model-types.js';
import type { Holder } from './reconcile.js';
import { tally } from './tally.js';
import type { World } from './world.js';

/** One bit of a file turns. `where` is a part of the file, from 0 to 1. */
export class Damage implements OutboxCommand {
  constructor(
    readonly what: 'record' | 'newest record' | 'ledger' | 'mark' | 'decision' | 'header',
    readonly where: number,
    readonly at: number,
    readonly bit: number,
  ) {}

  check({ now }: Readonly<Holder>): boolean {
    return now.hasJournal && !now.isTorn;
  }

  async run(holder: Holder, world: World): Promise<void> {
    const { now } = holder;
    tally(`damaged: ${this.what}`);
    switch (this.what) {
      case 'record':
        this.#record(holder, world, Math.floor(this.where * now.records.length));
        break;
      case 'newest record':
        this.#record(holder, world, now.records.length - 1);
        break;
      case 'ledger':
        if (this.#whole(world, world.paths.ledger)) now.ledgers = [];
        break;
      case 'mark':
        this.#whole(world, world.paths.settled);
        break;
      case 'decision':
        this.#decision(holder, world);
        break;
      case 'header':
        this.#header(holder, world);
        break;
    }
    await compare(now, world);
  }

  /** Two damaged neighbours may be one or two: what is lost is then known only to those who wrote it. */
  #record({ now }: Holder, world: World, index: number): void {
    const isWhole = (at: number): boolean => now.records[at]?.invalid !== DAMAGED;
    const record = now.records[index];
    if (record === undefined || !isWhole(index - 1) || !isWhole(index) || !isWhole(index + 1)) return;
    const segment = now.segments.findIndex((each) => each.includes(record));
    if (segment === now.segments.length - 1 && now.isHeaderDamaged) return;
    const path = world.segmentPath(now, segment);
    const text = readFileSync(path, 'latin1');
    const start = text.search(new RegExp(`\\{"sum":"[0-9a-f]{8}","record":${record.record},`));
    const end = text.indexOf('\n', start);
    expect({ start, isFound: start > 0 && end > start }).toEqual({ start, isFound: true });
    world.flip(path, start + Math.floor(this.at * (end - start)), this.bit);
    now.damage(record.record);
  }

  #whole(world: World, path: string): boolean {
    if (!existsSync(path)) return false;
    world.flip(path, Math.floor(this.at * readFileSync(path).length), this.bit);
    return true;
  }

  #decision({ now }: Holder, world: World): void {
    if (now.decisions.length === 0) return;
    const index = Math.floor(this.where * now.decisions.length);
    const isWhole = (at: number): boolean => now.decisions[at]?.decision !== 'unreadable';
    if (!isWhole(index - 1) || !isWhole(index) || !isWhole(index + 1)) return;
    const lines = readFileSync(world.paths.decisions, 'latin1').split('{"sum":"').slice(1);
    // A damaged beginning hides where its line was.
    if (lines.length !== now.decisions.length) return;
    const before = lines.slice(0, index).reduce((sum, line) => sum + line.length + 8, 0);
    const length = (lines[index]?.length ?? 0) + 8 - 1;
    world.flip(world.paths.decisions, before + Math.floor(this.at * length), this.bit);
    now.decisions[index] = { decision: 'unreadable' };
  }

  /** While there is another one in order: nobody else knows which journal this is. */
  #header({ now }: Holder, world: World): void {
    const others = now.segments.slice(0, -1).map(([first]) => first?.record ?? 0);
    if (
      others.every((first) => now.headless.includes(first)) ||
      now.isHeaderDamaged ||
      now.segments.at(-1)?.[0]?.invalid === DAMAGED
    )
      return;
    const text = readFileSync(world.paths.current, 'latin1');
    world.flip(world.paths.current, Math.floor(this.at * text.indexOf('\n')), this.bit);
    now.isHeaderDamaged = true;
  }

  toString(): string {
    return `Damage(${this.what}, ${this.where}, ${this.at}, ${this.bit})`;
  }
}
