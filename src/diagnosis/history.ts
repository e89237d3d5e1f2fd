/** What was kept of the minutes before a look: no check of its own, and yet findings rest on it. */
import type { Instant } from '../incident/incident.ts';
import { minutes } from '../incident/times.ts';
import type { Sample } from './diagnosis.ts';

/** as findings name it in `restsOn` */
export const history = 'history';

/** What was kept for less shows no trend. */
export const leastHistoryMs = minutes(5);

/** Absent: there is none. */
export const historySince = (samples: readonly Sample[] = []): { historySince?: Instant } => {
  const [first] = samples;
  return first ? { historySince: first.at } : {};
};
