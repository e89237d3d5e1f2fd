/** The one row of a question after how long something still is. */
import { z } from 'zod';

const Rows = z.tuple([z.object({ ms: z.number().nullable() })]);

/** Milliseconds; nothing when there is nothing to wait for. */
export const untilOf = (rows: unknown): number | undefined => Rows.parse(rows)[0].ms ?? undefined;
