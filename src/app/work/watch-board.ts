import type { Timer } from '../../ports/host.js';
import type { FeatureRequest } from './locate-feature.js';
import type { FeatureCards, ReadBoard } from './read-board.js';

interface WatchBoardPorts {
  readonly readBoard: Pick<ReadBoard, 'run'>;
  readonly timer: Timer;
}

/** Looks at the board of a feature again and again: files change by the hands of many, and no system tells of all. */
export class WatchBoard {
  readonly #ports: WatchBoardPorts;

  constructor(ports: WatchBoardPorts) {
    this.#ports = ports;
  }

  /**
   * Hands every look to `show`, until the signal aborts. It stays with the feature that the first look found. Fails as
   * reading does, such as with `feature-not-found` when the feature goes away.
   */
  async run(
    request: FeatureRequest,
    show: (board: FeatureCards) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let { feature } = request;
    while (!signal.aborted) {
      const board = await this.#ports.readBoard.run({
        ...request,
        ...(feature === undefined ? {} : { feature }),
      });
      feature = board.feature;
      show(board);
      await this.#ports.timer.sleep(PERIOD_MS, signal);
    }
  }
}

const PERIOD_MS = 1000;
