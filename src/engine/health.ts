/** What the workers' pulses say: whose rounds fail, and who no longer comes to an end of one. */
import { lasting } from '../incident/proof.ts';
import type { Loop, Pulse } from './loop.ts';

/** A worker that is at one round for longer does not come back: every wait inside has a limit far below. */
const stuckAfter = 60_000;
const failingAfter = 10_000;

const pulses = (loops: Loop[]): Pulse[] => loops.flatMap((loop) => loop.pulse());

/** By name, the sentence. Only a new start of the process mends it. */
export const stuck = (loops: Loop[]): Map<string, string> =>
  new Map(
    pulses(loops)
      .filter(({ busyMs }) => busyMs > stuckAfter)
      .map(({ name, busyMs }) => [name, `The worker "${name}" has been at one round for ${lasting(busyMs)}.`]),
  );

/** Each of their rounds begins with the bot's own database. */
export function failing(loops: Loop[]): string[] {
  const failed = pulses(loops).filter(({ failingMs }) => failingMs > failingAfter);
  if (failed.length === 0) return [];
  const longest = Math.max(...failed.map(({ failingMs }) => failingMs));
  const names = failed.map(({ name }) => name).join(', ');
  return [`The bot's database has been of no use for ${lasting(longest)} to: ${names}.`];
}
