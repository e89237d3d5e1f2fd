/** The verbs of `/incident`, in the order in which help lists them. Another one is a file beside this and a line here. */
import { ack } from './ack.ts';
import { audit } from './audit.ts';
import { cancel } from './cancel.ts';
import { close } from './close.ts';
import { declare } from './declare.ts';
import { diagnose } from './diagnose.ts';
import { duties } from './duties.ts';
import { escalate } from './escalate.ts';
import { help } from './help.ts';
import { lead } from './lead.ts';
import { list } from './list.ts';
import { mitigate } from './mitigate.ts';
import { reopen } from './reopen.ts';
import { resolve } from './resolve.ts';
import { role } from './role.ts';
import { severity } from './severity.ts';
import { status } from './status.ts';
import { title } from './title.ts';
import { type } from './type.ts';
import { unack } from './unack.ts';
import { update } from './update.ts';
import type { Verb } from './verb.ts';

export const verbs: Verb[] = [
  declare,
  ack,
  unack,
  lead,
  role,
  severity,
  type,
  title,
  update,
  diagnose,
  escalate,
  mitigate,
  resolve,
  reopen,
  close,
  cancel,
  status,
  duties,
  list,
  audit,
  help(() => verbs),
];
