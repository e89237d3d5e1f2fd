/** Who asks, and what that account may: roles as lists of rules, the way RBAC adds them up. */
import type { Asked } from './asked.ts';
import { Refused } from './refused.ts';

export interface Rule {
  verbs: string[];
  /** '' is the core, '*' every one */
  groups: string[];
  /** `pods`, `pods/log`, `*` */
  resources: string[];
  resourceNames?: string[];
  /** where left out, every one and what is of none, as a ClusterRole */
  namespaces?: string[];
}

export interface Account {
  /** `system:serviceaccount:shop:responder` */
  user: string;
  rules: Rule[];
}

/** by token */
export type Accounts = Record<string, Account>;

export const everything: Rule[] = [{ verbs: ['*'], groups: ['*'], resources: ['*'] }];

const anonymous: Account = { user: 'system:anonymous', rules: [] };

/** A token that nobody was given is refused; without one, somebody without rights asks. */
export function accountOf(accounts: Accounts, authorization: string | undefined): Account {
  if (authorization === undefined) return anonymous;
  const account = accounts[authorization.replace(/^Bearer /i, '')];
  if (!account) throw new Refused(401, 'Unauthorized');
  return account;
}

export interface Wish {
  verb: string;
  group: string;
  /** with the subresource behind a slash */
  resource: string;
  name?: string | undefined;
  namespace?: string | undefined;
}

export const isAllowed = ({ rules }: Account, wish: Wish): boolean => rules.some((rule) => covers(rule, wish));

const has = (list: string[], one: string): boolean => list.includes('*') || list.includes(one);

/** A rule with names cannot serve a request that names none. */
const covers = ({ verbs, groups, resources, resourceNames, namespaces }: Rule, wish: Wish): boolean =>
  has(verbs, wish.verb) &&
  has(groups, wish.group) &&
  has(resources, wish.resource) &&
  (resourceNames === undefined || (wish.name !== undefined && resourceNames.includes(wish.name))) &&
  (namespaces === undefined || (wish.namespace !== undefined && namespaces.includes(wish.namespace)));

export function wishOf({ verb, resource, subresource, name, namespace }: Asked): Wish {
  const { plural, group } = resource;
  return { verb, group, resource: subresource === undefined ? plural : `${plural}/${subresource}`, name, namespace };
}

export function mustBeAllowed(account: Account, wish: Wish): void {
  if (isAllowed(account, wish)) return;
  const { verb, group, resource, name, namespace } = wish;
  const [plural = ''] = resource.split('/');
  const full = group === '' ? plural : `${plural}.${group}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const who = `User "${account.user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  throw new Refused(403, `${full}${name === undefined ? '' : ` "${name}"`} is forbidden: ${who}`, {
    details: { ...(name !== undefined && { name }), ...(group && { group }), kind: plural },
  });
}
