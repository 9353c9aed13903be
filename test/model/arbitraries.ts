import fc from 'fast-check';
import {
  BreakClock,
  Capture,
  CaptureBesideLock,
  LeaveTemporary,
  Tear,
  type OutboxCommand,
} from './commands-capture.js';
import { BeginIntent, ResolveIntent } from './commands-intent.js';
import { Damage } from './commands-damage.js';
import { Bury, Decide, MoveTime, Reopen, Send, Share, SignIn } from './commands-delivery.js';
import type { DiskFault } from './faulty-disk.js';
import { ACCOUNTS } from './world.js';

const part = fc.nat({ max: 99 }).map((n) => n / 100);

/** Mostly none. */
const fault: fc.Arbitrary<DiskFault | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record({ fault: fc.constant('dies' as const), at: fc.nat({ max: 30 }), cut: part }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fault: fc.constant('fails' as const),
      at: fc.nat({ max: 30 }),
      code: fc.constantFrom('EIO', 'EMFILE', 'EROFS', 'EACCES', 'ENOSPC'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ fault: fc.constant('full' as const), at: fc.nat({ max: 12 }) }) },
);

/** Mostly the account that is signed in at first, or nobody. */
const owner = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(ACCOUNTS.length - 1) },
  { weight: 2, arbitrary: fc.nat({ max: ACCOUNTS.length - 2 }) },
);

const sketch = fc.record({
  owner,
  isInvalid: fc.nat({ max: 7 }).map((n) => n === 0),
});

const verdict = fc.oneof(
  { weight: 6, arbitrary: fc.constant('take' as const) },
  { weight: 2, arbitrary: fc.constant('reject' as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('pending', 'silent', 'unknown-team', 'poison', 'named', 'too-large'),
  },
);

const call = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'lost-before',
      'lost-after',
      'forbidden',
      'unauthorized',
      'unexpected',
      'version',
    ),
  },
);

const script = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ verdicts: ['take' as const], calls: [] }) },
  {
    weight: 3,
    arbitrary: fc.record({
      verdicts: fc.array(verdict, { minLength: 1, maxLength: 4 }),
      calls: fc.array(call, { maxLength: 3 }),
    }),
  },
);

const send = fc
  .record({
    isInsisted: fc.boolean(),
    maxEvents: fc.integer({ min: 1, max: 6 }),
    reclaims: fc.boolean(),
    script,
    fault,
  })
  .map((options) => new Send(options));

const capture = fc
  .tuple(fc.array(sketch, { minLength: 1, maxLength: 4 }), fc.constantFrom(1000, 1000, 1000, 6), fault)
  .map(([sketches, maxWaiting, disk]) => new Capture(sketches, maxWaiting, disk));

const beginIntent = fc.array(fc.tuple(sketch, fc.boolean()), { minLength: 1, maxLength: 3 }).chain((all) =>
  fc.nat({ max: all.length }).map(
    (captures) =>
      new BeginIntent(
        all.map(([each]) => each),
        // Work comes before its capture.
        all.map(([, isProven], index) => isProven || index < captures),
        captures,
      ),
  ),
);

const hour = 3_600_000;

const others: readonly fc.Arbitrary<OutboxCommand>[] = [
  beginIntent,
  fc.array(sketch, { minLength: 1, maxLength: 2 }).map((sketches) => new CaptureBesideLock(sketches)),
  fault.map((disk) => new ResolveIntent(disk)),
  fc
    .constantFrom('{', '{"sum":"0', '{"sum":"00000000","record":3,"clock":', 'x')
    .map((piece) => new Tear(piece)),
  fc.constantFrom('ledger.json', 'settled', 'current.jsonl').map((name) => new LeaveTemporary(name)),
  fc
    .constantFrom(undefined, '', '[]', '"x"', '{"value":-1}', '{"value":0.5}', '{"value":1000000000000000}')
    .map((content) => new BreakClock(content)),
  fc
    .tuple(
      fc.constantFrom('record', 'record', 'newest record', 'ledger', 'mark', 'decision', 'header'),
      part,
      part,
      fc.nat({ max: 7 }),
    )
    .map(([what, where, at, bit]) => new Damage(what, where, at, bit)),
  fc
    .tuple(fc.constantFrom('claim', 'consent', 'withhold'), part, fc.integer({ min: 1, max: 6 }), owner)
    .map(([decision, from, count, account]) => new Decide(decision, from, count, account)),
  fc
    .tuple(fc.constantFrom('requeue', 'discard'), fc.nat({ max: 9 }))
    .map(([decision, which]) => new Bury(decision, which)),
  owner.map((account) => new SignIn(account)),
  fc.constantFrom('on', 'on', 'off', 'unreadable').map((sharing) => new Share(sharing)),
  fc.constantFrom(1_000, 60_000, hour, -hour, 24 * hour, -24 * hour).map((ms) => new MoveTime(ms)),
  fc.constant(new Reopen()),
];

/** Everything that can happen to an outbox, in any order; capturing and sending are the most frequent. */
export const outboxCommands = (maxCommands: number): fc.Arbitrary<Iterable<OutboxCommand>> =>
  fc.commands(
    [...Array.from({ length: 6 }, () => [capture, send]).flat(), ...others] as fc.Arbitrary<OutboxCommand>[],
    {
      maxCommands,
      size: 'max',
    },
  );
