/** Which pods a controller still counts. */
import type { Pod } from './object.ts';

const over = new Set(['Failed', 'Succeeded']);

/** Neither ended nor on their way out. */
export const living = (pods: Pod[]): Pod[] =>
  pods.filter(({ status, metadata }) => !over.has(status.phase) && metadata.deletionTimestamp === undefined);

export const leaving = (pods: Pod[]): Pod[] => pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
