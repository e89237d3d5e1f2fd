import { expect, it } from '@jest/globals';
import type { Finding } from '../../src/diagnosis/diagnosis.ts';
import { withLastWords } from '../../src/diagnosis/last-words.ts';

const finding: Finding = {
  rule: 'pod.crash-loop',
  level: 'critical',
  check: 'pods',
  subject: 'api-1',
  summary: 'It is crash-looping.',
  repeat: 'kubectl get pods',
};
const evidenceOf = (lines: string[]): string =>
  withLastWords([finding], { said: [{ pod: 'api-1', container: 'app', isPrevious: false, lines }], gaps: [] })
    .flatMap(({ evidence = [] }) => evidence)
    .join('\n');

it('an address that is cut shows no password', () => {
  const line = `Error: ${'very '.repeat(35)}postgres://app:hunter2-${'long'.repeat(20)}@db:5432/shop`;

  expect(evidenceOf([line])).not.toContain('hunter2');
});

it.each([25, 3])('a key of %d lines that is printed last shows none of them', (length) => {
  const key = Array.from({ length }, (_, at) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${at}`);
  const printed = ['started', '-----BEGIN PRIVATE KEY-----', ...key, '-----END PRIVATE KEY-----'];

  expect(evidenceOf(printed)).toBe('started\n[redacted]');
  expect(evidenceOf(printed.slice(2))).toBe('[redacted]');
});
