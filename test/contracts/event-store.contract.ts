import { compareCausal } from '../../src/domain/events/lamport.js';
import type { FeatureBoard } from '../../src/domain/hub/cell-state.js';
import type { EventStore } from '../../src/ports/hub.js';
import { FEATURE, featuresOf, incoming, makeEvent, PROJECT } from '../support/hub-events.js';

export interface EventStoreSetup {
  readonly subject: EventStore;
  /** The same store, as another process finds it after this one ended without warning. */
  readonly reopen?: () => Promise<EventStore>;
  readonly dispose?: () => Promise<void>;
}

export interface EventStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<EventStoreSetup>;
}

/** The promises of {@link EventStore}. */
export const eventStoreContract = (flavour: EventStoreFlavour): void => {
  describe(`event store: ${flavour.name}`, () => {
    let at: EventStoreSetup;
    beforeEach(async () => (at = await flavour.setup()));
    afterEach(() => at.dispose?.());

    const acme = () => at.subject.forTeam('acme');
    const everything = { after: 0, limit: 1000 };

    it('gives back the exact document, and sequence numbers that grow', async () => {
      const events = [makeEvent(), makeEvent({ project_uuid: null }), makeEvent({ extra: 'x' })].map(
        incoming,
      );
      const answers = await acme().append(events);
      const sequences = answers.map((answer) => (answer.answer === 'stored' ? answer.sequence : Number.NaN));
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      expect(new Set(sequences).size).toBe(3);
      const page = await acme().read(everything);
      expect(page.events.map(({ document, sequence }) => ({ document, sequence }))).toEqual(
        events.map(({ document }, index) => ({ document, sequence: sequences[index] })),
      );
      expect(page).toMatchObject({ next: sequences[2], more: false });
    });

    it('answers nothing for nothing', async () => {
      expect(await acme().append([])).toEqual([]);
      expect(await acme().read({ after: 7, limit: 10 })).toEqual({ events: [], next: 7, more: false });
      expect(await acme().receipts({ after: 7, limit: 10 })).toEqual({ receipts: [], next: 7, more: false });
      expect(await acme().projects({ limit: 100 })).toEqual({ projects: [] });
      expect(await featuresOf(acme(), PROJECT)).toEqual([]);
      expect(await acme().recentWorkPackages(10)).toEqual([]);
      expect(await acme().position()).toEqual({ lamport: 0, sequence: 0 });
    });

    it('stores an id once, and tells a repeat from another event with the same id', async () => {
      const event = makeEvent();
      await acme().append([incoming(event)]);
      const repeated = incoming({ ...event, team_slug: 'local' });
      const other = incoming({ ...event, lamport_clock: 2 });
      expect(await acme().append([repeated, other])).toEqual([
        { answer: 'duplicate' },
        { answer: 'id-conflict' },
      ]);
      const { events } = await acme().read(everything);
      expect(events.map(({ document }) => document)).toEqual([JSON.stringify(event)]);
    });

    it('finds an event by its id, of its own team alone', async () => {
      const events = [makeEvent(), makeEvent()].map(incoming);
      const answers = await acme().append(events);
      const found = await Promise.all(events.map(({ eventId }) => acme().sequenceOf(eventId)));
      expect(found).toEqual(answers.map((answer) => (answer.answer === 'stored' ? answer.sequence : 0)));
      expect(await acme().sequenceOf(incoming(makeEvent()).eventId)).toBeUndefined();
      expect(await at.subject.forTeam('zenith').sequenceOf(events[0]!.eventId)).toBeUndefined();
    });

    it('judges repeats inside of one call', async () => {
      const event = makeEvent();
      const answers = await acme().append([
        incoming(event),
        incoming(event),
        incoming({ ...event, node_id: 'bbbbbbbbbbbb' }),
      ]);
      expect(answers.map(({ answer }) => answer)).toEqual(['stored', 'duplicate', 'id-conflict']);
    });

    it('tells what is there from what is not in a call of many', async () => {
      const events = Array.from({ length: 130 }, (_, index) =>
        incoming(makeEvent({ lamport_clock: index }, { wp_id: `WP${String(10 + (index % 13))}` })),
      );
      const early = events.filter((_, index) => index % 7 === 0 || index > 100);
      await acme().append(early);
      const answers = await acme().append(events);
      expect(answers.map(({ answer }) => answer)).toEqual(
        events.map((event) => (early.includes(event) ? 'duplicate' : 'stored')),
      );
      expect(new Set((await acme().receipts(everything)).receipts.map(({ eventId }) => eventId))).toEqual(
        new Set(events.map(({ eventId }) => eventId)),
      );
      const [board] = await featuresOf(acme(), PROJECT);
      expect(board?.work_packages.map((each) => [each.wp_id, each.events])).toEqual(
        Array.from({ length: 13 }, (_, index) => [`WP${10 + index}`, 10]),
      );
      expect(await acme().append([...events].reverse())).toEqual(events.map(() => ({ answer: 'duplicate' })));
    });

    it('stores each event once when callers race', async () => {
      const events = Array.from({ length: 40 }, (_, index) => incoming(makeEvent({ lamport_clock: index })));
      const answers = await Promise.all(Array.from({ length: 8 }, () => acme().append(events)));
      const stored = answers.flat().filter(({ answer }) => answer === 'stored');
      expect(stored).toHaveLength(events.length);
      expect(answers.flat().filter(({ answer }) => answer === 'duplicate')).toHaveLength(7 * events.length);
      expect((await acme().receipts(everything)).receipts).toHaveLength(events.length);
      expect((await featuresOf(acme(), PROJECT))[0]?.work_packages[0]).toMatchObject({
        events: events.length,
      });
    });

    it('pages by cursor without leaving anything out', async () => {
      const events = Array.from({ length: 25 }, () => incoming(makeEvent()));
      await acme().append(events);
      const seen: string[] = [];
      for (let after = 0, more = true; more;) {
        const page = await acme().receipts({ after, limit: 10 });
        expect(page.receipts.length).toBeLessThanOrEqual(10);
        seen.push(...page.receipts.map(({ eventId }) => eventId));
        ({ next: after, more } = page);
      }
      expect(seen).toEqual(events.map(({ eventId }) => eventId));
    });

    it('reads one project when asked for one', async () => {
      const elsewhere = makeEvent({ project_uuid: '11111111-2222-4333-8444-555555555555' });
      const here = makeEvent();
      await acme().append([incoming(elsewhere), incoming(here)]);
      const page = await acme().receipts({ ...everything, project: PROJECT });
      expect(page.receipts.map(({ eventId }) => eventId)).toEqual([here.event_id]);
    });

    it('shows a team nothing of another one, and lets both use one id', async () => {
      const event = makeEvent();
      await acme().append([incoming(event)]);
      const zenith = at.subject.forTeam('zenith');
      expect((await zenith.read(everything)).events).toEqual([]);
      expect(await zenith.projects({ limit: 100 })).toEqual({ projects: [] });
      expect(await featuresOf(zenith, PROJECT)).toEqual([]);
      expect(await zenith.recentWorkPackages(10)).toEqual([]);
      expect(await zenith.position()).toEqual({ lamport: 0, sequence: 0 });
      expect(await zenith.append([incoming({ ...event, lamport_clock: 9 })])).toMatchObject([
        { answer: 'stored' },
      ]);
      expect((await featuresOf(acme(), PROJECT))[0]?.work_packages[0]).toMatchObject({ events: 1 });
    });

    it('tells the events about a feature or a work package in causal order, of a long history the latest', async () => {
      const [late, early, other] = [
        makeEvent({ lamport_clock: 2 }),
        makeEvent({ lamport_clock: 1 }),
        makeEvent({ lamport_clock: 3, aggregate_id: 'WP02' }, { wp_id: 'WP02' }),
      ];
      await acme().append([late, early, other, makeEvent({}, { feature_slug: '002-else' })].map(incoming));
      const told = async (query: object) => {
        const page = await acme().eventsAbout({ project: PROJECT, feature: FEATURE, limit: 9, ...query });
        return { ids: page.events.map(({ document }) => idOf(document)), more: page.more };
      };
      const [first, second, third] = [early, late, other].map(({ event_id: id }) => id);
      expect(await told({})).toEqual({ ids: [first, second, third], more: false });
      expect(await told({ workPackage: 'WP01' })).toEqual({ ids: [first, second], more: false });
      expect(await told({ limit: 2 })).toEqual({ ids: [second, third], more: true });
      const zenith = at.subject.forTeam('zenith');
      expect(await zenith.eventsAbout({ project: PROJECT, feature: FEATURE, limit: 9 })).toEqual({
        events: [],
        more: false,
      });
    });

    it('lists projects with the freshness of each machine', async () => {
      await acme().append(
        [
          makeEvent({ lamport_clock: 5, node_id: 'bbbbbbbbbbbb' }),
          makeEvent({ lamport_clock: 7, node_id: 'aaaaaaaaaaaa', project_slug: 'renamed' }),
          makeEvent({ lamport_clock: 6, node_id: 'aaaaaaaaaaaa', project_slug: null }),
          makeEvent({ lamport_clock: 1, project_uuid: null }),
        ].map(incoming),
      );
      const freshness = { last_received_at: expect.stringMatching(/Z$/) as string };
      expect((await acme().projects({ limit: 100 })).projects).toEqual([
        {
          project_uuid: PROJECT,
          project_slug: 'renamed',
          events: 3,
          nodes: [
            { node_id: 'aaaaaaaaaaaa', events: 2, last_lamport_clock: 7, ...freshness },
            { node_id: 'bbbbbbbbbbbb', events: 1, last_lamport_clock: 5, ...freshness },
          ],
        },
      ]);
    });

    it('follows the highest Lamport timestamp, but not one beyond reason', async () => {
      await acme().append([incoming(makeEvent({ lamport_clock: 41 }))]);
      await acme().append([
        incoming(makeEvent({ lamport_clock: 3 })),
        incoming(makeEvent({ lamport_clock: 2 ** 50 })),
      ]);
      expect(await acme().position()).toMatchObject({ lamport: 41 });
      const [board] = await featuresOf(acme(), PROJECT);
      expect(board?.work_packages).toMatchObject([{ events: 2, last_event: { lamport_clock: 41 } }]);
    });

    it('folds late events into the places where they belong', async () => {
      const steps = [
        makeEvent({ lamport_clock: 1, event_type: 'WPCreated' }, { title: 'Sign in', status: 'planned' }),
        makeEvent({ lamport_clock: 2 }),
        makeEvent({ lamport_clock: 3 }, { previous_status: 'doing', new_status: 'for_review' }),
        makeEvent({ lamport_clock: 4 }, { previous_status: 'for_review', new_status: 'done' }),
      ];
      for (const event of [...steps].reverse()) await acme().append([incoming(event)]);
      expect([...steps].sort(compareCausal)).toEqual(steps);
      expect(await featuresOf(acme(), PROJECT, FEATURE)).toMatchObject([
        {
          feature_slug: FEATURE,
          feature: null,
          work_packages: [
            { wp_id: 'WP01', lane: 'done', title: 'Sign in', transitions: 3, conflicting: 0, events: 4 },
          ],
        },
      ]);
    });

    it('shows features by slug and work packages by number', async () => {
      await acme().append(
        [
          makeEvent({}, { wp_id: 'WP100', feature_slug: '002-pay' }),
          makeEvent({}, { wp_id: 'WP02', feature_slug: '002-pay' }),
          makeEvent(
            { event_type: 'FeatureCreated', aggregate_id: FEATURE, aggregate_type: 'Feature' },
            { wp_id: undefined },
          ),
        ].map(incoming),
      );
      const features = await featuresOf(acme(), PROJECT);
      expect(
        features.map((feature) => [feature.feature_slug, feature.work_packages.map(({ wp_id }) => wp_id)]),
      ).toEqual([
        [FEATURE, []],
        ['002-pay', ['WP02', 'WP100']],
      ]);
      expect(await featuresOf(acme(), PROJECT, '003-none')).toEqual([]);
    });

    it('names the work packages that changed last', async () => {
      for (const id of ['WP01', 'WP02', 'WP03', 'WP01'])
        await acme().append([incoming(makeEvent({}, { wp_id: id }))]);
      await acme().append([incoming(makeEvent({ event_type: 'FeatureCompleted' }, { wp_id: undefined }))]);
      const recent = await acme().recentWorkPackages(2);
      expect(
        recent.map(({ projectUuid, featureSlug, state }) => [projectUuid, featureSlug, state.wp_id]),
      ).toEqual([
        [PROJECT, FEATURE, 'WP01'],
        [PROJECT, FEATURE, 'WP03'],
      ]);
    });

    it('pages by bytes, of which one event may have more than there are', async () => {
      const events = [10, 5000, 10, 10].map((length) =>
        incoming(makeEvent({}, { note: 'é'.repeat(length) })),
      );
      await acme().append(events);
      const pages: number[] = [];
      for (let after = 0, more = true; more;) {
        const page = await acme().read({ after, limit: 3, bytes: 1500 });
        pages.push(page.events.length);
        ({ next: after, more } = page);
      }
      expect(pages).toEqual([1, 1, 2]);
      expect(await acme().read({ after: 4, limit: 3, bytes: 1 })).toEqual({
        events: [],
        next: 4,
        more: false,
      });
    });

    it('sums what runs of agents took in the work package of which they tell', async () => {
      const took = (numbers: object) =>
        incoming(
          makeEvent(
            { event_type: 'HistoryAdded' },
            { entry_type: 'usage', entry_content: 'x', author: 'ann', ...numbers },
          ),
        );
      await acme().append([took({ turns: 2 }), took({ turns: 3, output_tokens: 1e12 })]);
      await acme().append([took({ output_tokens: 1e12 })]);
      const [board] = await featuresOf(acme(), PROJECT);
      expect(board?.work_packages[0]?.usage).toMatchObject([
        { agent: 'ann', runs: 3, turns: { sum: 5, runs: 2 }, output_tokens: { sum: 2e12, runs: 2 } },
      ]);
    });

    it('shows boards and projects page by page without leaving anything out', async () => {
      await acme().append(
        Array.from({ length: 150 }, (_, at) =>
          incoming(
            makeEvent(
              { node_id: `node-${at % 7}`, project_uuid: at % 3 === 0 ? PROJECT : null },
              { wp_id: `WP${10 + at}`, feature_slug: at % 2 === 0 ? '' : `00${at % 5}-f` },
            ),
          ),
        ),
      );
      const whole = await acme().board({ project: PROJECT, bytes: Infinity });
      const cells: string[] = [];
      const names = (features: readonly FeatureBoard[]) =>
        features.flatMap(({ feature_slug: slug, work_packages: each }) =>
          each.map(({ wp_id: id }) => `${slug} ${id}`),
        );
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await acme().board({ project: PROJECT, after, bytes: 2000 });
        if (page === 'behind') throw new Error(page);
        cells.push(...names(page.features));
        after = page.next;
      }
      expect(cells).toHaveLength(50);
      expect([...cells].sort()).toEqual(names(whole === 'behind' ? [] : whole.features).sort());
      let [events, machines] = [0, 0];
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await acme().projects({ after, limit: 2 });
        for (const project of page.projects) {
          events += project.events;
          machines += project.nodes.length;
        }
        after = page.next;
      }
      expect([events, machines]).toEqual([50, 7]);
    });

    it('tells followers of a team how far it is after each call that stored something', async () => {
      const heard: number[] = [];
      const stop = at.subject.follow('acme', (upTo) => heard.push(upTo));
      const elsewhere: number[] = [];
      at.subject.follow('zenith', (upTo) => elsewhere.push(upTo));
      const event = incoming(makeEvent());
      await acme().append([event, incoming(makeEvent())]);
      await acme().append([event]);
      await acme().append([incoming(makeEvent())]);
      const { sequence } = await acme().position();
      // Where hubs share a database, the number that a repeated event used up may be told as well.
      expect(heard.filter((upTo) => upTo !== 3 || sequence === 3)).toEqual([2, sequence]);
      expect(heard).toEqual([...heard].sort((one, other) => one - other));
      stop();
      const before = heard.length;
      await acme().append([incoming(makeEvent())]);
      expect([heard.length, elsewhere.length]).toEqual([before, 0]);
    });

    it('proves that it can write', async () => {
      await expect(at.subject.proveWriting()).resolves.toBeUndefined();
    });

    if (flavour.durable) {
      it('finds everything again after the process ended without warning', async () => {
        const events = [makeEvent(), makeEvent({ lamport_clock: 5 })].map(incoming);
        await acme().append(events);
        const before = { ...(await acme().read(everything)), board: await featuresOf(acme(), PROJECT) };
        const reopened = await at.reopen?.();
        const team = reopened?.forTeam('acme');
        expect({
          ...(await team?.read(everything)),
          board: team && (await featuresOf(team, PROJECT)),
        }).toEqual(before);
        expect(reopened?.hubId).toBe(at.subject.hubId);
        const [repeat, fresh] = (await team?.append([...events.slice(0, 1), incoming(makeEvent())])) ?? [];
        expect(repeat).toEqual({ answer: 'duplicate' });
        expect(fresh).toMatchObject({ answer: 'stored' });
        expect(fresh?.answer === 'stored' && fresh.sequence > before.next).toBe(true);
      });
    }
  });
};

const idOf = (document: string): unknown => (JSON.parse(document) as { readonly event_id: unknown }).event_id;
