/** What kubectl asks before anything else: which groups there are, and what is in each. */
import { apiOf, type Resource, resources } from './resources.ts';

export const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.26.0',
  compiler: 'gc',
  platform: 'linux/amd64',
};

export const coreVersions = (server: string): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }],
});

export function groups(isThere: (group: string) => boolean): object {
  const named = resources.filter(({ group }) => group !== '' && isThere(group));
  const apis = [...new Map(named.map((one) => [apiOf(one), one])).entries()];
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: apis.map(([groupVersion, { group, version }]) => ({
      name: group,
      versions: [{ groupVersion, version }],
      preferredVersion: { groupVersion, version },
    })),
  };
}

export const resourceList = (groupVersion: string): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.filter((one) => apiOf(one) === groupVersion).flatMap(described),
});

function described({ plural, singular, kind, isNamespaced, verbs, short, subresources }: Resource): object[] {
  const common = { namespaced: isNamespaced };
  const below = Object.entries(subresources ?? {}).map(([name, sub]) => ({
    name: `${plural}/${name}`,
    singularName: '',
    ...common,
    ...sub,
  }));
  return [{ name: plural, singularName: singular, ...common, kind, verbs, shortNames: short }, ...below];
}
