/** A short run plays the first shape of what has several; the run of record, in CI, every one. */
export const isOfRecord = process.env['CI'] !== undefined;

export const shapes = <Shape>(all: readonly Shape[]): Shape[] => (isOfRecord ? [...all] : all.slice(0, 1));
