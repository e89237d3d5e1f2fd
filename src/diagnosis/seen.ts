/** What is beside the main thing may fail: the main thing is seen all the same. */
import type { Seen } from './diagnosis.ts';
import { reasonOf } from './words.ts';

export const seenOf = <Data>(asking: Promise<Data>, why: (error: unknown) => string = reasonOf): Promise<Seen<Data>> =>
  asking.then(
    (data) => ({ ok: true, data }),
    (error: unknown) => ({ ok: false, why: why(error) }),
  );
