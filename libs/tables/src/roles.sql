-- The roles of callstream. Run once per database by whoever may create roles (a superuser, or the administrator that a
-- managed Postgres gives you), then `npm run projector -- migrate` as a member of callstream_migrator: it grants what
-- follows. Running it again changes nothing. The roles cannot log in; give them to users that can:
--
--   create role deploy login password '…' in role callstream_migrator;
--   alter role deploy set role = callstream_migrator;      -- so that what it makes belongs to the role, not to the user
--   create role projector login password '…' in role callstream_projector;
--   create role gateway login password '…' in role callstream_gateway;
--   create role ana login password '…' in role callstream_reporter;
--   alter role ana set search_path = projection;
--
--   callstream_migrator    makes, rebuilds, swaps and drops the tables: projector migrate, rebuild, rollback, verify, status
--   callstream_projector   writes rows: projector run, dlq
--   callstream_gateway     reads rows: gateway
--   callstream_reporter    reads rows and views, but not the positions: an open query of an analyst holds up no swap
do $$
declare
  role text;
begin
  foreach role in array array['callstream_migrator', 'callstream_projector', 'callstream_gateway', 'callstream_reporter'] loop
    if to_regrole(role) is null then
      execute format('create role %I nologin', role);
    end if;
    execute format('grant connect on database %I to %I', current_database(), role);
  end loop;
  execute format('grant create, temporary on database %I to callstream_migrator', current_database());
end $$;
