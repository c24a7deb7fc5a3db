-- Removes everything the current role owns in the schema, for `npm run db:reset`. Not DROP OWNED: that
-- would take the default privileges of roles.sql along. The names are read before anything is dropped:
-- CASCADE takes views along, and what is gone has a number for a name.

DO $$
DECLARE
  names text[];
  name text;
BEGIN
  SELECT array_agg(dropped.name) INTO names
  FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
      || ' IF EXISTS ' || c.oid::regclass AS name
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'ROUTINE IF EXISTS ' || p.oid::regprocedure
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'TYPE IF EXISTS ' || t.oid::regtype
    FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
      AND t.typowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  ) AS dropped;
  FOREACH name IN ARRAY coalesce(names, '{}') LOOP
    EXECUTE 'DROP ' || name || ' CASCADE';
  END LOOP;
END
$$;
