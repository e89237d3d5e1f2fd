/** The account of the bot, with the rights that its generated roles grant and no others. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Account, Rule } from '../../src/sandbox/cluster/rights.ts';

const Role = z.object({
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
    }),
  ),
});

function rulesOf(file: string): Rule[] {
  const { rules } = Role.parse(parse(readFileSync(`manifests/${file}.yaml`, 'utf8')));
  return rules.map(({ apiGroups, resourceNames, ...rest }) => ({
    ...rest,
    groups: apiGroups,
    ...(resourceNames === undefined ? {} : { resourceNames }),
  }));
}

/** `more`: what a company adds where it wants more to be seen. */
export const readerOf = (namespaces: string[], more: Rule[] = []): Account => ({
  user: 'system:serviceaccount:tools:responder',
  rules: [
    ...[...rulesOf('reader-role'), ...rulesOf('exec-role')].map((rule) => ({ ...rule, namespaces })),
    ...rulesOf('default-role').map((rule) => ({ ...rule, namespaces: ['default'] })),
    ...rulesOf('reader-cluster-role'),
    ...more,
  ],
});
