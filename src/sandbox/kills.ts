/** Where the bot can be struck: whoever serves it counts what comes by, and at one chosen point the process is gone. */

import type { ServerResponse } from 'node:http';
import type { FaultEffect } from './faults.ts';

/** `before`: nothing of it happened · `after-effect`: it happened, and nobody heard · `after-reply`: it was answered */
export const phases = ['before', 'after-effect', 'after-reply'] as const;
export type Phase = (typeof phases)[number];
export type Source = 'slack' | 'pager' | 'database';

/** The n-th call, or transaction, of one name. */
export interface Boundary {
  source: Source;
  name: string;
  nth: number;
}

export interface Point extends Boundary {
  phase: Phase;
}

/** One call on its way: asked at each phase, it answers whether the bot has just been killed there. */
export type Passing = (phase: Phase) => boolean;

export interface Kills {
  /** whoever serves the bot tells of each call as it comes in */
  reach(source: Source, name: string): Passing;
  /** counts from now on, and strikes at the point where there is one; a blow that it survives lets the call go on */
  arm(strike: () => 'dead' | 'alive', point?: Point): void;
  /** what was counted, in order */
  passed(): Boundary[];
}

export const nameOf = ({ source, name, nth, phase }: Point): string => `${phase} ${source} ${name} #${nth}`;

export function makeKills(): Kills {
  let armed: { strike: () => 'dead' | 'alive'; point: Point | undefined } | undefined;
  const passed: Boundary[] = [];
  const counts = new Map<string, number>();
  return {
    passed: () => passed,
    arm(strike, point) {
      armed = { strike, point };
    },
    reach(source, name) {
      if (!armed) return () => false;
      const nth = (counts.get(`${source} ${name}`) ?? 0) + 1;
      counts.set(`${source} ${name}`, nth);
      passed.push({ source, name, nth });
      return (phase) => {
        const isHere = armed?.point && nameOf(armed.point) === nameOf({ source, name, nth, phase });
        return isHere === true && armed?.strike() === 'dead';
      };
    },
  };
}

/** Whether the answer goes out: a bot that has just been killed hears none, and a fault may lose it. */
export function isAnswered(passing: Passing, effect: FaultEffect | undefined, response: ServerResponse): boolean {
  if (passing('after-effect') || effect?.kind === 'reply-lost') {
    response.destroy();
    return false;
  }
  response.once('finish', () => passing('after-reply'));
  return true;
}
