/** A short run plays the first shape of what has several, and leaves out what takes long; the run of record, in CI, plays all. */
import { it } from '@jest/globals';

export const isOfRecord = Boolean(process.env['CI']);

export const shapes = <Shape>(all: readonly Shape[]): Shape[] => (isOfRecord ? [...all] : all.slice(0, 1));

/** Takes long, and what it shows is met by quicker tests as well. */
export const inCi: typeof it.skip = isOfRecord ? it : it.skip;
