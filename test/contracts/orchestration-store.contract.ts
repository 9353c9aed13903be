import { beginRun, DEFAULT_LIMITS } from '../../src/domain/agents/begin-run.js';
import type { OrchestrationState } from '../../src/domain/agents/state.js';
import type { OrchestrationStore, OrchestratorPlace } from '../../src/ports/agents.js';
import type { Checkout } from '../../src/ports/events.js';

export interface OrchestrationStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: OrchestrationStore;
    /** Two different projects. */
    readonly checkout: Checkout;
    readonly other: Checkout;
    readonly reopen?: () => OrchestrationStore;
    /** The stored document of the first project, for flavours that have a file. */
    readonly file?: { read(): string; write(text: string): void };
    readonly dispose?: () => void;
  }>;
}

const state = (runId = '01KGH000000000000000000000', titles = 1): OrchestrationState =>
  beginRun(
    {
      runId,
      feature: '001-any',
      startedAt: '2026-01-01T00:00:00Z',
      agents: ['änn "q"'],
      limits: DEFAULT_LIMITS,
    },
    {
      graph: { ids: [], edges: [] },
      workPackages: new Map(
        Array.from({ length: titles }, (_, at) => [`WP${at + 10}`, { title: 'x', lane: 'planned' as const }]),
      ),
    },
  );

/** What every store of orchestrations promises. */
export const orchestrationStoreContract = ({ name, durable, setup }: OrchestrationStoreFlavour): void => {
  describe(`${name} keeps the promises of an orchestration store`, () => {
    let made: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => {
      made = await setup();
    });
    afterEach(() => made.dispose?.());

    const occupy = async (checkout = made.checkout): Promise<OrchestratorPlace> => {
      const place = await made.subject.occupy(checkout);
      if (place === undefined) throw new Error('the place is taken');
      return place;
    };

    it('has no state at first', async () => {
      expect(await made.subject.read(made.checkout)).toEqual({ found: 'none' });
    });

    it('gives back the last state that was written, longer or shorter', async () => {
      const place = await occupy();
      await made.subject.write(place, state('01KGH000000000000000000001', 40));
      await made.subject.write(place, state());
      expect(await made.subject.read(made.checkout)).toEqual({ found: 'state', state: state() });
    });

    it('keeps projects apart', async () => {
      const place = await occupy();
      await made.subject.write(place, state());
      await made.subject.askToStop(made.checkout);
      const other = await occupy(made.other);
      expect(await made.subject.read(made.other)).toEqual({ found: 'none' });
      expect(await made.subject.isAskedToStop(other)).toBe(false);
      expect(await made.subject.isAskedToStop(place)).toBe(true);
    });

    it('has one place for each project, free again when it was given back', async () => {
      expect(await made.subject.isOccupied(made.checkout)).toBe(false);
      const place = await occupy();
      expect(await made.subject.isOccupied(made.checkout)).toBe(true);
      expect(await made.subject.occupy(made.checkout)).toBeUndefined();
      place.release();
      place.release();
      expect(await made.subject.isOccupied(made.checkout)).toBe(false);
      const next = await occupy();
      place.release();
      expect(await made.subject.isOccupied(made.checkout)).toBe(true);
      next.release();
    });

    it('gives the place to one of many that want it at once', async () => {
      const places = await Promise.all(Array.from({ length: 5 }, () => made.subject.occupy(made.checkout)));
      expect(places.filter((place) => place !== undefined)).toHaveLength(1);
    });

    it('forgets a request to stop that was meant for the one before', async () => {
      await made.subject.askToStop(made.checkout);
      const place = await occupy();
      expect(await made.subject.isAskedToStop(place)).toBe(false);
      await made.subject.askToStop(made.checkout);
      expect(await made.subject.isAskedToStop(place)).toBe(true);
    });

    it('keeps prompts under names of their own, the last text of each', async () => {
      const place = await occupy();
      const first = await made.subject.keepPrompt(place, '001-any', 'WP01-review-1', 'old');
      expect(await made.subject.keepPrompt(place, '001-any', 'WP01-review-1', 'new')).toBe(first);
      expect(await made.subject.keepPrompt(place, '001-any', 'WP01-review-2', 'x')).not.toBe(first);
      expect(await made.subject.logPath(place, '001-any', 'WP01-review-1')).toBe(
        first.replace(/\.md$/, '.log'),
      );
    });

    if (!durable) return;

    it('is there for the next process', async () => {
      await made.subject.write(await occupy(), state());
      expect(await made.reopen?.().read(made.checkout)).toEqual({ found: 'state', state: state() });
    });

    it('says of a file that was cut anywhere that it is unreadable, and changes nothing about it', async () => {
      await made.subject.write(await occupy(), state());
      const whole = made.file?.read() ?? '';
      for (let length = 0; length < whole.length - 2; length += 7) {
        made.file?.write(whole.slice(0, length));
        expect(await made.subject.read(made.checkout)).toMatchObject({ found: 'unreadable' });
        expect(made.file?.read()).toBe(whole.slice(0, length));
      }
    });

    it('reads a file that an editor gave a byte order mark and other line ends', async () => {
      await made.subject.write(await occupy(), state());
      made.file?.write(`\ufeff${(made.file?.read() ?? '').replaceAll('\n', '\r\n')}`);
      expect(await made.subject.read(made.checkout)).toEqual({ found: 'state', state: state() });
    });

    it('lists what is wrong with a document of somebody else', async () => {
      made.file?.write('{"version":1,"run_id":"x"}');
      const reading = await made.subject.read(made.checkout);
      expect(reading).toMatchObject({ found: 'unreadable' });
      if (reading.found === 'unreadable') expect(reading.issues.length).toBeGreaterThan(5);
    });
  });
};
