import { expect, it } from '@jest/globals';
import type { Incident } from '../../src/incident/incident.ts';
import { type IncidentRow, parseIncident } from '../../src/store/incident-row.ts';
import { incident } from './rows.ts';

/** Without the index signatures that stand for keys of a newer release. */
type Known<T> = T extends readonly (infer One)[]
  ? Known<One>[]
  : T extends object
    ? { [K in keyof T as string extends K ? never : K]: Known<T[K]> }
    : T;

// the compiler is the test: whatever may be saved may be loaded; that what is loaded is an incident, parseIncident says
const loads = (saved: Known<Incident>): Known<IncidentRow> => saved;
const sameKeys = (key: keyof Known<Incident>): keyof Known<IncidentRow> => key;

it('is held to the type of an incident by the compiler', () => {
  const one = incident();

  expect(loads(one)).toBe(one);
  expect(parseIncident(one)).toEqual(one);
  expect(sameKeys('pages')).toBe('pages');
});

it.each([
  ['a phase nobody knows', { phase: 'asleep' }],
  ['a time that is text', { declaredAt: '2026-03-02' }],
  ['no ladder', { ladder: undefined }],
])('does not load %s', (_, change) => {
  expect(() => parseIncident({ ...incident(), ...change })).toThrow(Object.keys(change)[0]);
});
