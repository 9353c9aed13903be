/** Resolves when the signal aborts. `forget` takes the listener off a signal that outlives the wait. */
export const whenAborted = (
  signal: AbortSignal,
): { readonly aborted: Promise<undefined>; forget(): void } => {
  let listener: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    listener = () => resolve(undefined);
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener);
  });
  return { aborted, forget: () => signal.removeEventListener('abort', listener) };
};
