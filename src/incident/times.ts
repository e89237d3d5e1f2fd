/** Lengths of time by their units. */
import type { Milliseconds } from './policy.ts';

export const seconds = (n: number): Milliseconds => n * 1_000;
export const minutes = (n: number): Milliseconds => seconds(60 * n);
export const hours = (n: number): Milliseconds => minutes(60 * n);
