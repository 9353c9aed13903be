import { type HubLedger, discard, settle, openLedger } from '../../../src/domain/outbox/ledger.js';
import { indexDecisions } from '../../../src/domain/outbox/ownership.js';
import { ledgersWithout } from '../../../src/domain/outbox/retention.js';

const HUB_A = { hub: 'hub-a', team: 'acme' };
const HUB_B = { hub: 'hub-b', team: 'beta' };
const NO_DECISIONS = indexDecisions([]);

const records = [1, 2, 3].map((record) => ({ record, ...HUB_A }));

const delivered = (ledger: HubLedger, ...numbers: readonly number[]): HubLedger =>
  settle(
    ledger,
    numbers.map((record) => ({ record, eventId: `e${record}`, became: 'delivered' })),
  );

const opened = ({ hub, team }: typeof HUB_A): HubLedger => openLedger(hub, team, 1, 0);

describe('which records may go', () => {
  it('keeps a segment while any record is not settled where it belongs', () => {
    expect(ledgersWithout(records, [delivered(opened(HUB_A), 1, 2)], NO_DECISIONS)).toBeUndefined();
  });

  it('lets a segment go once every record is settled where it belongs, and changes no count', () => {
    const ledger = delivered(opened(HUB_A), 1, 2, 3);
    expect(ledgersWithout(records, [ledger], NO_DECISIONS)).toEqual([ledger]);
  });

  it('lets records go that were captured under the URL of a hub before it said its id', () => {
    const early = records.map(({ record, team }) => ({ record, hub: 'https://hub-a', team }));
    const ledger = { ...delivered(opened(HUB_A), 1, 2, 3), urls: ['https://hub-a'] };
    expect(ledgersWithout(early, [ledger], NO_DECISIONS)).toEqual([ledger]);
    expect(ledgersWithout(early, [{ ...ledger, team: 'beta' }], NO_DECISIONS)).toBeUndefined();
  });

  it('keeps a segment with a dead letter that nobody decided about', () => {
    const ledger = settle(delivered(opened(HUB_A), 1, 2), [
      { record: 3, eventId: 'e3', became: 'dead', attempts: 5, reason: 'bad' },
    ]);
    expect(ledgersWithout(records, [ledger], NO_DECISIONS)).toBeUndefined();
  });

  it('keeps records that belong to nobody yet', () => {
    const local = [{ record: 1, team: 'local' }];
    expect(ledgersWithout(local, [opened(HUB_A)], NO_DECISIONS)).toBeUndefined();
  });

  it('is not deceived by a receipt of another hub', () => {
    const elsewhere = delivered(opened(HUB_B), 1, 2, 3);
    expect(ledgersWithout(records, [opened(HUB_A), elsewhere], NO_DECISIONS)).toBeUndefined();
  });

  it('leaves what was held elsewhere counted there under its reason', () => {
    const home = delivered(opened(HUB_A), 1, 2, 3);
    const [, away] = ledgersWithout(records, [home, opened(HUB_B)], NO_DECISIONS) ?? [];
    expect(away?.totals.reclaimed).toEqual({ 'belongs to team acme at hub hub-a': 3 });
    expect(away?.through).toBe(3);
  });

  it('leaves what was nobody’s and thrown away elsewhere counted as settled there', () => {
    const buried = settle(opened(HUB_A), [
      { record: 1, eventId: 'e1', became: 'dead', attempts: 0, reason: 'bad' },
    ]);
    const home = discard(buried, 1);
    const [, away] =
      ledgersWithout([{ record: 1, team: 'local' }], [home, opened(HUB_B)], NO_DECISIONS) ?? [];
    expect(away).toMatchObject({ through: 1, totals: { reclaimed: { 'settled elsewhere': 1 } } });
  });

  it('follows a claim to the hub that the records belong to', () => {
    const decisions = indexDecisions([{ decision: 'claim', range: { from: 1, through: 1 }, ...HUB_A }]);
    const ledger = delivered(opened(HUB_A), 1);
    expect(ledgersWithout([{ record: 1, team: 'local' }], [ledger], decisions)).toEqual([ledger]);
  });
});
