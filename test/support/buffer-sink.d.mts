import type { Sink } from '../../src/app/cli/io.js';

export interface BufferSink extends Sink {
  readonly text: () => string;
}

/** A sink that remembers what was written to it; with `columns` it is a terminal. */
export declare const bufferSink: (columns?: number) => BufferSink;
