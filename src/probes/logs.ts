/** Logs of many containers: a few at a time, each with why it was not read where it was not. */
import type { Cluster, LogAsked } from '../diagnosis/cluster.ts';
import { reasonOf } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';

/** at the same time: the API's own limit on one account is not far above */
const atOnce = 8;

export interface Line {
  at: Instant;
  text: string;
}

export interface ReadLog {
  asked: LogAsked;
  lines: Line[];
  /** absent: all was read that was asked for */
  why?: string;
}

export async function readLogs(cluster: Cluster, asked: LogAsked[]): Promise<ReadLog[]> {
  const waiting = asked.map((one, n) => ({ one, n }));
  const read: ReadLog[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) read[next.n] = await readLog(cluster, next.one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return read;
}

async function readLog(cluster: Cluster, asked: LogAsked): Promise<ReadLog> {
  const because = (reason: string): string => `${asked.pod}/${asked.container ?? ''}: ${reason}`;
  try {
    const { lines, gap } = await cluster.logs(asked);
    return { asked, lines: lines.flatMap(lineOf), ...(gap === undefined ? {} : { why: because(gap.why) }) };
  } catch (error) {
    return { asked, lines: [], why: because(reasonOf(error)) };
  }
}

/** The runtime's time stands before each line, before an empty one alone; what has none is not the container's own. */
export function lineOf(line: string): Line[] {
  const [time = ''] = line.split(' ', 1);
  const at = Date.parse(time);
  return Number.isNaN(at) ? [] : [{ at, text: line.slice(time.length + 1) }];
}
