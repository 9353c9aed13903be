import { intentOf } from '../../src/domain/work/intent.js';
import type { IntentStore } from '../../src/ports/work.js';
import type { HeldRepository } from '../../src/ports/events.js';

export interface IntentStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: IntentStore;
    /** Two different repositories. */
    readonly held: HeldRepository;
    readonly other: HeldRepository;
    readonly reopen?: () => IntentStore;
    /** The stored bytes of the first repository, for flavours that have some. */
    readonly bytes?: { read(): Uint8Array; write(bytes: Uint8Array): void };
    readonly dispose?: () => void;
  }>;
}

const intent = (nextRecord: number, message = 'm') =>
  intentOf({
    project: undefined,
    branch: 'main',
    events: [
      {
        event: { event_id: '01KGH000000000000000000000', payload: { note: 'ünï\n"q" \u2028' } } as never,
        evidence: { evidence: 'line', path: 'a', line: 'x' },
      },
    ],
    changes: [{ path: 'a', before: 'a', after: 'b' }],
    message,
    nextRecord,
  });

/** What every store of intents promises. */
export const intentStoreContract = ({ name, durable, setup }: IntentStoreFlavour): void => {
  describe(`${name} keeps the promises of an intent store`, () => {
    let it$: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => {
      it$ = await setup();
    });
    afterEach(() => it$.dispose?.());

    it('has none at first, and clearing none is no error', async () => {
      expect(await it$.subject.read(it$.held)).toBe('none');
      await it$.subject.clear(it$.held);
      expect(await it$.subject.read(it$.held)).toBe('none');
    });

    it('gives back what was written, until it is cleared', async () => {
      await it$.subject.write(it$.held, intent(1));
      expect(await it$.subject.read(it$.held)).toEqual(intent(1));
      await it$.subject.clear(it$.held);
      expect(await it$.subject.read(it$.held)).toBe('none');
    });

    it('replaces a longer intent by a shorter one', async () => {
      await it$.subject.write(it$.held, intent(1, 'a long message '.repeat(100)));
      await it$.subject.write(it$.held, intent(2));
      expect(await it$.subject.read(it$.held)).toEqual(intent(2));
    });

    it('keeps repositories apart', async () => {
      await it$.subject.write(it$.held, intent(1));
      await it$.subject.write(it$.other, intent(2));
      await it$.subject.clear(it$.held);
      expect(await it$.subject.read(it$.other)).toEqual(intent(2));
    });

    if (!durable) return;

    it('is there for the next process', async () => {
      await it$.subject.write(it$.held, intent(1));
      expect(await it$.reopen?.().read(it$.held)).toEqual(intent(1));
    });

    it('calls an intent that was cut anywhere unreadable, and one of which a byte is left none', async () => {
      await it$.subject.write(it$.held, intent(1));
      const whole = it$.bytes?.read() ?? new Uint8Array();
      for (let length = 0; length < whole.length; length++) {
        it$.bytes?.write(whole.slice(0, length));
        expect(await it$.subject.read(it$.held)).toBe(length <= 1 ? 'none' : 'unreadable');
      }
    });

    it('calls an intent with any flipped bit unreadable', async () => {
      await it$.subject.write(it$.held, intent(1));
      const whole = it$.bytes?.read() ?? new Uint8Array();
      for (let at = 0; at < whole.length; at++) {
        const flipped = Uint8Array.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        it$.bytes?.write(flipped);
        expect(await it$.subject.read(it$.held)).toBe('unreadable');
      }
    });

    it('calls an intent over a longer, older one that was not cut off unreadable', async () => {
      await it$.subject.write(it$.held, intent(1, 'a long message '.repeat(100)));
      const older = it$.bytes?.read() ?? new Uint8Array();
      await it$.subject.write(it$.held, intent(2));
      const newer = it$.bytes?.read() ?? new Uint8Array();
      it$.bytes?.write(Buffer.concat([newer, older.slice(newer.length)]));
      expect(await it$.subject.read(it$.held)).toBe('unreadable');
    });
  });
};
