/** Of a fault with several shapes a short run plays the first, and the run of record (CI) every one. */
export const shapes = <Shape>(all: readonly Shape[]): Shape[] =>
  process.env['CI'] === undefined ? all.slice(0, 1) : [...all];
