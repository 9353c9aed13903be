/**
 * The ports name AbortSignal without the DOM or Node libraries, so that they compile for every host.
 * Node's and the browser's own declarations merge with this one.
 */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: any;
}
