/** A 502 after a rollout, and one that a rollout in progress only looks like. */
import { api, crashing, issueType, kong, refused, scene } from './gateway-stage.ts';
import type { Scenario } from './scenario.ts';

export const rollouts: Scenario[] = [
  {
    name: 'crash-after-rollout',
    issueType,
    what: 'The new image needs a variable that nobody set: its pods crash, the old ones serve on.',
    scene: scene([
      kong(refused(20)),
      api(
        [
          { isOld: true },
          { isOld: true },
          { age: 12, containers: { app: crashing } },
          { age: 12, containers: { app: crashing } },
        ],
        {
          rollout: { ago: 12, before: { image: 'shop/api:1.4' } },
        },
      ),
    ]),
    finds: ['rollout.culprit', 'gateway.refused', 'gateway.error-rate', 'pod.crash-loop', 'workload.unavailable'],
    says: ['12 min ago', 'shop/api:1.4 -> shop/api:1.5'],
    not: ['pod.restarts', 'pod.not-ready'],
  },
  {
    name: 'rollout-in-progress',
    issueType,
    what: 'A rollout goes its way: the new pod starts, the old ones serve, and no request fails.',
    scene: scene([
      kong(),
      api([{ isOld: true }, { isOld: true }, { isOld: true }, { age: 0.2, ready: false }], {
        desired: 3,
        rollout: { ago: 0.3, before: { image: 'shop/api:1.4' } },
      }),
    ]),
    finds: [],
    not: ['pod.not-ready', 'rollout.culprit'],
  },
  {
    name: 'image-not-there',
    issueType,
    what: 'The tag that was rolled out is not in the registry.',
    scene: scene([
      kong(),
      api(
        [
          { isOld: true },
          { isOld: true },
          { age: 9, containers: { app: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } } } },
        ],
        {
          rollout: { ago: 9, before: { image: 'shop/api:1.4' } },
        },
      ),
    ]),
    finds: ['rollout.culprit', 'pod.image', 'workload.unavailable'],
    says: ['9 min ago'],
  },
];
