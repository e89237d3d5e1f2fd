/** Objects that come by the thousand, read as their schema says. */
import { z } from 'zod';
import { turn } from '../turn.ts';

/**
 * The schema is made into code of its own, which reads in a third of the time and leaves much less to collect. Making it
 * takes some 30 ms for a pod, so it waits for a turn, and what comes before is read by the schema as it is. Both read alike.
 */
export function reader<Schema extends z.ZodType>(schema: Schema): (item: unknown) => z.output<Schema> {
  let quickest = schema;
  let isAsked = false;
  const hasten = async (): Promise<void> => {
    await turn();
    quickest = z.compile(schema);
  };
  return (item) => {
    if (!isAsked) void hasten();
    isAsked = true;
    return quickest.parse(item);
  };
}
