import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { loadPolicy } from '../../src/runbook/load.ts';
import { nearest } from '../../src/runbook/nearest.ts';
import { suggestIssueType } from '../../src/runbook/suggest.ts';

const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');

it.each([
  ['checkout returns 502', 'api-gateway-502'],
  ['Bad Gateway on every page', 'api-gateway-502'],
  ['workflow executions are stuck', 'workflow-stuck'],
  ['Executions hanging since 02:00', 'workflow-stuck'],
  ['pods OOMKilled in production', 'high-memory'],
  ['connection refused from the orders database', 'database-connections'],
  ['too many connections', 'database-connections'],
])('"%s" speaks of %s', (title, id) => {
  expect(suggestIssueType(title, policy)?.id).toBe(id);
});

it.each([
  ['stuck in the elevator'],
  ['workflow redesign went live'],
  ['the execution of the plan'],
  ['order 15023 is missing'],
  ['room 5020 is locked'],
  ['memory of the old design'],
  ['login page is blank'],
  [''],
  ['502 while executions are stuck'],
])('"%s" suggests nothing', (title) => {
  expect(suggestIssueType(title, policy)).toBeUndefined();
});

it.each([
  ['declear', 'declare'],
  ['resolv', 'resolve'],
  ['ackk', 'ack'],
  ['xyzzy', undefined],
  ['x'.repeat(3_900), undefined],
  [`update${'e'.repeat(35)}`, undefined],
])('the word nearest to %s is %s', (typed, expected) => {
  expect(nearest(typed, ['declare', 'resolve', 'ack', 'update'])).toBe(expected);
});
