-- The bot's whole memory. Times of duties go by app_now(), which a test may replace in its own database;
-- leases, budgets and retries go by the real clock. app_now() is declared stable so that indexes on due_at serve it.
create function app_now() returns timestamptz
  language sql stable
  as $$ select clock_timestamp() $$;

create table incidents (
  id              text primary key,
  number          integer not null unique,
  version         integer not null,
  severity        text not null,
  phase           text not null,
  title           text not null,
  declared_at     timestamptz not null,
  channel         text unique,
  home_known      boolean not null,
  state           jsonb not null,
  timeline_head   text not null default '',
  timeline_length integer not null default 0
);

create index incidents_open on incidents (number desc) where phase not in ('closed', 'cancelled');

create table timeline (
  incident text not null references incidents,
  seq      integer not null,
  at       timestamptz not null,
  actor    jsonb not null,
  kind     text not null,
  body     jsonb not null,
  previous text not null,
  hash     text not null,
  primary key (incident, seq)
);

create function refuse_change() returns trigger
  language plpgsql
  as $$ begin raise exception 'the timeline is only ever appended to'; end $$;

create trigger timeline_is_append_only
  before update or delete or truncate on timeline
  for each statement execute function refuse_change();

create table duties (
  incident text not null references incidents,
  key      text not null,
  kind     text not null,
  due_at   timestamptz not null,
  state    text not null default 'owed' check (state in ('owed', 'paid', 'cancelled')),
  fired_at timestamptz,
  late_ms  bigint,
  outcome  text,
  primary key (incident, key)
);

create index duties_owed on duties (due_at) where state = 'owed';

create table outbox (
  id          bigint generated always as identity primary key,
  incident    text not null references incidents,
  effect      jsonb not null,
  lane        text not null check (lane in ('page', 'urgent', 'bulk')),
  destination text not null,
  dedup_key   text not null unique,
  needs       text not null check (needs in ('nothing', 'home')),
  budget      text,
  every_ms    double precision,
  burst       double precision,
  coalesce    text,
  state       text not null default 'waiting' check (state in ('waiting', 'sent', 'superseded', 'quarantined')),
  attempts    integer not null default 0,
  again       boolean not null default false,
  not_before  timestamptz not null default clock_timestamp(),
  lease_until timestamptz,
  owner       text,
  last_error  text,
  enqueued_at timestamptz not null default clock_timestamp(),
  settled_at  timestamptz
);

create index outbox_waiting on outbox (destination, id) where state = 'waiting';
create index outbox_of_incident on outbox (incident) where state = 'waiting';

-- Generic cell rate: `spent_until` is when the budget would be full again; a take moves it on by one interval.
create table budgets (
  name        text primary key,
  spent_until timestamptz not null
);

create table inputs (
  key    text primary key,
  actor  jsonb not null,
  at     timestamptz not null,
  answer jsonb
);

create table reports (
  id       bigint generated always as identity primary key,
  incident text not null references incidents,
  at       timestamptz not null default app_now(),
  report   jsonb not null
);
