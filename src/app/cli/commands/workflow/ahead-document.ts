import type { FeatureAhead } from '../../../work/read-work-ahead.js';

/** What there is to do in a feature, as `--json` prints it. */
export const aheadDocument = ({
  feature,
  ready,
  waiting,
  inWork,
  toReview,
  decisions,
}: FeatureAhead): object => ({
  feature,
  ready: ready.map(({ id, title, chain }) => ({ work_package_id: id, title, chain })),
  waiting: waiting.map(({ id, title, waitsFor }) => ({
    work_package_id: id,
    title,
    waits_for: waitsFor.map((each) => ({ work_package_id: each.id, lane: each.lane })),
  })),
  in_work: inWork.map(held),
  to_review: toReview.map(held),
  decisions: decisions.map(({ id, reason }) => ({ work_package_id: id ?? null, reason })),
});

const held = ({ id, title, agent }: FeatureAhead['inWork'][number]): object => ({
  work_package_id: id,
  title,
  agent: agent ?? null,
});
