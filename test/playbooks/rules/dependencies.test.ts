import { describe, expect, it } from '@jest/globals';
import { behind } from '../../../src/playbooks/rules/dependencies.ts';
import type { Dependency } from '../../../src/probes/dependencies.ts';
import { said } from './engine.ts';

describe('a service of the cluster', () => {
  const dependency = (parts: Partial<Dependency>) => ({
    inside: [
      {
        namespace: 'production',
        name: 'billing',
        mentions: 12,
        isThere: true,
        isSelecting: true,
        ready: 0,
        all: 3,
        ...parts,
      },
    ],
    outside: [],
    gaps: [],
  });

  it.each([
    ['with none ready', {}, ['dependency.no-endpoints critical']],
    ['with one ready', { ready: 1 }, []],
    ['that selects nothing itself', { isSelecting: false }, []],
    ['that is not there', { isThere: false, isSelecting: false }, ['dependency.no-service warning']],
  ])('%s', (_name, parts, expected) => {
    expect(said(behind(dependency(parts)))).toEqual(expected);
  });

  it('is told with its numbers, and one outside is no more than named', () => {
    expect(behind(dependency({}))[0]?.summary).toBe(
      "It has 0 ready endpoints (of 3), and 12 lines of trouble in the engine's log name it: run the checks of that service.",
    );
    expect(said(behind({ inside: [], outside: [{ name: 'api.partner.example', mentions: 4 }], gaps: [] }))).toEqual([
      'dependency.outside info',
    ]);
  });
});
