-- Which alarm was raised last and when, so that of several replicas one tells of it. Goes by the real clock.
create table alarms (
  cause   text primary key,
  told_at timestamptz not null
);
