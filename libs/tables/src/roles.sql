-- The roles of callstream. Run this once per database as a user that may create roles (a superuser, or the administrator of
-- a managed Postgres), then `npm run projector -- migrate` as a member of callstream_migrator, which grants the rights below.
-- Running it again changes nothing. The roles cannot log in; grant them to users that can:
--
--   create role deploy login password '…' in role callstream_migrator;
--   alter role deploy set role = callstream_migrator;      -- so that the role owns what the user creates
--   create role projector login password '…' in role callstream_projector;
--   create role gateway login password '…' in role callstream_gateway;
--   create role delegator login password '…' in role callstream_delegator;
--   create role ana login password '…' in role callstream_reporter;
--   alter role ana set search_path = projection;
--
--   callstream_migrator    creates, rebuilds, swaps and drops the tables: projector migrate, rebuild, rollback, verify, status
--   callstream_projector   writes rows: projector run, dlq
--   callstream_gateway     reads rows: gateway
--   callstream_delegator   reads calls, and writes the claims of the schema callstream: delegator
--   callstream_reporter    reads rows and views, but not the positions, so that an analyst's open query does not block a swap
do $$
declare
  role text;
begin
  foreach role in array array[
    'callstream_migrator', 'callstream_projector', 'callstream_gateway', 'callstream_delegator', 'callstream_reporter'
  ] loop
    if to_regrole(role) is null then
      execute format('create role %I nologin', role);
    end if;
    execute format('grant connect on database %I to %I', current_database(), role);
  end loop;
  execute format('grant create, temporary on database %I to callstream_migrator', current_database());
end $$;
