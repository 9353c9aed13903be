/** A sink that remembers what was written to it; with `columns` it is a terminal. */
export const bufferSink = (columns) => {
  const pieces = [];
  return {
    write: (text) => void pieces.push(text),
    isTTY: columns !== undefined,
    columns,
    text: () => pieces.join(''),
  };
};
