-- Containers as they were once a minute: memory that grows and restarts that pile up show only over time. Kept a day. Goes
-- by the real clock, as what was looked at does.
create table samples (
  at           timestamptz not null,
  namespace    text    not null,
  uid          text    not null,
  container    text    not null,
  pod          text    not null,
  restarts     integer not null,
  memory_bytes bigint,
  limit_bytes  bigint,
  primary key (namespace, at, uid, container)
);
-- who looked at a namespace last: of several replicas one does
create table samplings (
  namespace text primary key,
  at        timestamptz not null
);
