import type { Step, StepOutcome } from '../../domain/agents/step.js';
import type { FeatureView } from '../../domain/agents/view.js';
import type { Lane } from '../../domain/events/lane.js';

/**
 * What a run knows of the files of its feature. Reading all of them after every step would cost more than the steps of a
 * large feature: the run knows what it did itself, and looks when others may have done something. No step relies on it,
 * each finds out for itself in which lane its work package is.
 */
export class SeenFeature {
  readonly #look: () => Promise<FeatureView>;
  readonly #nowMs: () => number;
  #view: FeatureView;
  #lookedAtMs = -Infinity;

  constructor(view: FeatureView, look: () => Promise<FeatureView>, nowMs: () => number) {
    this.#view = view;
    this.#look = look;
    this.#nowMs = nowMs;
  }

  get view(): FeatureView {
    return this.#view;
  }

  /** Whether the files have to be looked at before anything is decided. */
  get isOld(): boolean {
    const ageMs = this.#nowMs() - this.#lookedAtMs;
    // A clock that was set back says nothing about the age.
    return ageMs < 0 || ageMs >= OLD_MS;
  }

  async look(): Promise<void> {
    const atMs = this.#nowMs();
    this.#view = await this.#look();
    this.#lookedAtMs = atMs;
  }

  /** Takes over what came out of a step. Where an agent was at work or somebody else was faster, the files tell. */
  ended(step: Step, { outcome }: StepOutcome): void {
    const lane = LANE_AFTER[outcome];
    if (lane === 'unknown') this.#lookedAtMs = -Infinity;
    else if (lane !== undefined) this.#move(step.id, lane);
  }

  #move(id: string, lane: Lane): void {
    const seen = this.#view.workPackages.get(id);
    if (seen === undefined) return;
    const { detail: _former, ...rest } = seen;
    const workPackages = new Map(this.#view.workPackages).set(id, { ...rest, lane });
    this.#view = { ...this.#view, workPackages };
  }
}

const OLD_MS = 1_000;

const LANE_AFTER: Readonly<Record<StepOutcome['outcome'], Lane | 'unknown' | undefined>> = {
  claimed: 'doing',
  'handed-over': 'for_review',
  'sent-back': 'doing',
  finished: 'done',
  announced: undefined,
  merged: undefined,
  'not-claimed': 'unknown',
  'not-done': 'unknown',
  impossible: 'unknown',
  implemented: 'unknown',
  approved: 'unknown',
  'changes-requested': 'unknown',
  'agent-failed': 'unknown',
};
