/** Whether the account may: the cluster is asked, by a call that changes nothing and needs no grant. */
import { z } from 'zod';
import type { Right, Verb } from '../../diagnosis/cluster.ts';
import { CannotSee } from '../../errors.ts';
import type { Ask } from './ask.ts';

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const reviews = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' };
const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Every verb of the right; one that is granted for single objects by their names counts as not granted. */
export async function may(ask: Ask, right: Right, namespace?: string): Promise<boolean> {
  const inside = right.isClusterWide ? undefined : namespace;
  const answers = await Promise.all(right.verbs.map((verb) => review(ask, { right, verb, namespace: inside })));
  return answers.every(Boolean);
}

interface Question {
  right: Right;
  verb: Verb;
  namespace: string | undefined;
}

async function review(ask: Ask, { right: { kind, subresource }, verb, namespace }: Question): Promise<boolean> {
  const { group, version, plural: resource } = kind;
  const { body } = await ask(path, {
    purpose: { kind: reviews, verbs: ['create'] },
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, verb, group, version, resource, subresource } },
    },
  });
  return allowed(body);
}

function allowed(body: string): boolean {
  try {
    return Review.parse(JSON.parse(body)).status.allowed;
  } catch {
    throw new CannotSee('unreadable', 'the cluster did not say in words that are understood what the account may');
  }
}
