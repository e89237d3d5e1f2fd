/** Gives the incident another title; without words, the form for it. */
import { titleLength } from '../../incident/policy.ts';
import { titleFrom } from '../parse.ts';
import { open, order, type Verb } from './verb.ts';

export const title: Verb = {
  name: 'title',
  usage: 'title [words]',
  help: 'say in a line what is broken',
  right: 'respond',
  on: 'incident',
  run({ words, incident }) {
    if (words === '') return open({ name: 'title', incident });
    const { title, details } = titleFrom(words);
    return order(
      { kind: 'title', title },
      details === undefined ? undefined : `The title was cut at ${titleLength} characters.`,
    );
  },
};
