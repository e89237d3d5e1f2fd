/** What people do in a night, thrown by chance: who, what, on which incident, through which process. */
import { type Chance, oneOf } from './chance.ts';

export type Deed =
  | 'declare'
  | 'ack'
  | 'unack'
  | 'escalate'
  | 'lead'
  | 'update'
  | 'mitigate'
  | 'resolve'
  | 'reopen'
  | 'wait';

export interface Act {
  deed: Deed;
  who: string;
  /** its number */
  incident: number;
  /** by a button of the card, where the card has it */
  byPress: boolean;
  /** which process hears it first */
  process: number;
}

const titles = ['checkout returns 502', 'invoices lack their totals', 'search takes half a minute'];
const people = ['U0ANA', 'U0BEN', 'U0DANA', 'U0LEO'];
const deeds: Deed[] = ['ack', 'unack', 'escalate', 'lead', 'update', 'mitigate', 'resolve', 'reopen', 'wait', 'wait'];
const rounds = 7;
const mostInRound = 3;

export const titleOf = (incident: number): string => titles[incident - 1] ?? `trouble number ${incident}`;

/** Rounds of what happens at the same moment. The first ones declare; time passes at most once in each. */
export function scriptOf(chance: Chance): Act[][] {
  const throwAct = (deed: Deed, incident: number): Act => ({
    deed,
    who: oneOf(chance, people),
    incident,
    byPress: chance() < 0.5,
    process: chance() < 0.5 ? 0 : 1,
  });
  const declarations = titles.map((_, n) => throwAct('declare', n + 1));
  const more = Array.from({ length: rounds }, () => {
    const acts = Array.from({ length: 1 + Math.floor(chance() * mostInRound) }, () =>
      throwAct(oneOf(chance, deeds), 1 + Math.floor(chance() * titles.length)),
    );
    return acts.filter(({ deed }, n) => deed !== 'wait' || acts.findIndex((one) => one.deed === 'wait') === n);
  });
  return [...declarations.map((act) => [act]), ...more];
}
