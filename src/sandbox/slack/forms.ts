/** Forms: opened by a trigger that lives three seconds and works once. */
import { faultsOfView } from './block-kit.ts';
import { type Called, type Methods, textArg } from './methods.ts';
import { type Json, newId, Refused, write } from './workspace.ts';

const triggerLifeMs = 3_000;

export const forms: Methods = {
  'views.open': {
    run: (called) => {
      const user = spend(called);
      return show(called, { id: newId('V'), user });
    },
  },
  'views.update': {
    run: (called) => {
      const view = called.workspace.views.get(textArg(called.args, 'view_id'));
      if (!view) throw new Refused('not_found');
      const hash = textArg(called.args, 'hash');
      if (hash !== '' && hash !== view.hash) throw new Refused('hash_conflict');
      return show(called, view);
    },
  },
};

/** By the real clock: three seconds are three seconds for a person. */
function spend({ workspace, args }: Called): string {
  const trigger = workspace.triggers.get(textArg(args, 'trigger_id'));
  if (!trigger) throw new Refused('invalid_trigger_id');
  if (trigger.used) throw new Refused('exchanged_trigger_id');
  if (performance.now() - trigger.at > triggerLifeMs) throw new Refused('expired_trigger_id');
  trigger.used = true;
  return trigger.user;
}

function show({ workspace, args }: Called, { id, user }: { id: string; user: string }): Json {
  const given = args['view'];
  const faults = faultsOfView(given);
  if (faults.length > 0) throw new Refused('invalid_arguments', { response_metadata: { messages: faults } });
  const view = { ...(typeof given === 'object' ? given : {}), id, hash: newId('h'), user };
  workspace.views.set(id, view);
  write(workspace, { kind: 'view', channel: '', user, text: '', view });
  return { view };
}
