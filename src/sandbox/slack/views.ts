/** Forms, opened by a trigger that lives three seconds and works once; and everybody's Home tab. */
import { faultsOfView } from './block-kit.ts';
import { labelled, refuseFor } from './content.ts';
import { isObject, type Json, objectsOf } from './json.ts';
import { type Called, type Methods, needed, textArg } from './methods.ts';
import { newId, type OpenView, Refused, type Trigger, type Workspace, write } from './workspace.ts';

const triggerLifeMs = 3_000;
const mostStacked = 3;
const largestView = 250_000;

export const views: Methods = {
  'views.open': { tier: 4, run: open },
  'views.push': { tier: 4, run: push },
  'views.update': { tier: 4, run: update },
  'views.publish': { tier: 4, run: publish },
};

/** By the real clock: three seconds are three seconds for a person. */
function spend({ workspace, args }: Called): Trigger {
  const trigger = workspace.triggers.get(textArg(args, 'trigger_id'));
  if (!trigger) throw new Refused('invalid_trigger_id');
  if (trigger.used) throw new Refused('exchanged_trigger_id');
  if (performance.now() - trigger.at > triggerLifeMs) throw new Refused('expired_trigger_id');
  trigger.used = true;
  return trigger;
}

export function sound(given: unknown, surface: 'modal' | 'home'): Json {
  refuseFor('invalid_arguments', faultsOfView(given, surface));
  if (!isObject(given)) throw new Refused('invalid_arguments');
  if (Buffer.byteLength(JSON.stringify(given)) > largestView) throw new Refused('view_too_large');
  return given;
}

interface Place {
  user: string;
  id?: string;
  root?: string;
  previous?: string;
}

/** It comes into sight, with the fields that Slack adds. */
export function show(workspace: Workspace, given: Json, { user, id = newId('V'), root = id, previous }: Place): Json {
  const view = {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
    submit: null,
    close: null,
    ...given,
    id,
    hash: newId('h'),
    team_id: workspace.team,
    app_id: workspace.app,
    bot_id: workspace.bot.bot,
    root_view_id: root,
    previous_view_id: previous ?? null,
    blocks: labelled(objectsOf(given['blocks'])),
    state: { values: {} },
  };
  workspace.views.set(id, { view, user, isOpen: true });
  write(workspace, { kind: given['type'] === 'home' ? 'home' : 'view', channel: '', user, text: '', view });
  return view;
}

function open(called: Called): Json {
  const given = sound(called.args['view'], 'modal');
  const external = given['external_id'];
  const taken = [...called.workspace.views.values()].some(
    ({ view, isOpen }) => isOpen && view['external_id'] === external,
  );
  if (external !== undefined && taken) throw new Refused('duplicate_external_id');
  const { user } = spend(called);
  return { view: show(called.workspace, given, { user }) };
}

/** On top of the form in which somebody pressed something. */
function push(called: Called): Json {
  const { workspace } = called;
  const given = sound(called.args['view'], 'modal');
  const { user, view: below = '' } = spend(called);
  return { view: stack(workspace, given, { user, below }) };
}

export function stack(workspace: Workspace, given: Json, { user, below }: { user: string; below: string }): Json {
  const known = workspace.views.get(below);
  if (!known) throw new Refused('invalid_trigger_id');
  const root = String(known.view['root_view_id']);
  const open = [...workspace.views.values()].filter(({ view, isOpen }) => isOpen && view['root_view_id'] === root);
  if (open.length >= mostStacked) throw new Refused('push_limit_reached');
  return show(workspace, given, { user, root, previous: below });
}

function found({ views }: Workspace, args: Json): OpenView {
  const external = textArg(args, 'external_id');
  const view =
    external === ''
      ? views.get(needed(args, 'view_id'))
      : [...views.values()].find((one) => one.isOpen && one.view['external_id'] === external);
  if (!view?.isOpen) throw new Refused('not_found');
  return view;
}

function update({ workspace, args }: Called): Json {
  const given = sound(args['view'], 'modal');
  const { view, user } = found(workspace, args);
  const hash = textArg(args, 'hash');
  if (hash !== '' && hash !== view.hash) throw new Refused('hash_conflict');
  return { view: redraw(workspace, given, { view, user }) };
}

export const redraw = (workspace: Workspace, given: Json, { view, user }: Pick<OpenView, 'view' | 'user'>): Json =>
  show(workspace, given, {
    user,
    id: view.id,
    root: String(view['root_view_id']),
    ...(typeof view['previous_view_id'] === 'string' ? { previous: view['previous_view_id'] } : {}),
  });

/** A Home tab is one for each person; it is drawn over. */
function publish({ workspace, args }: Called): Json {
  if (workspace.manifest.features.app_home?.home_tab_enabled !== true) throw new Refused('not_enabled');
  const given = sound(args['view'], 'home');
  const user = needed(args, 'user_id');
  if (!workspace.users.has(user)) throw new Refused('user_not_found');
  const home = [...workspace.views.values()].find(({ view, user: owner }) => view['type'] === 'home' && owner === user);
  const hash = textArg(args, 'hash');
  if (hash !== '' && hash !== home?.view.hash) throw new Refused('hash_conflict');
  return { view: show(workspace, given, { user, ...(home ? { id: home.view.id } : {}) }) };
}
