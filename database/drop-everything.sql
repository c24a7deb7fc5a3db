-- Removes everything the current role owns in the schema, for `npm run db:reset`. Not DROP OWNED: that
-- would take the default privileges of roles.sql along.

DO $$
DECLARE item record;
BEGIN
  FOR item IN
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
      || ' IF EXISTS ' || c.oid::regclass AS name
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  LOOP
    EXECUTE 'DROP ' || item.name || ' CASCADE';
  END LOOP;
  FOR item IN
    SELECT 'ROUTINE ' || p.oid::regprocedure AS name
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'TYPE ' || t.oid::regtype
    FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
      AND t.typowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  LOOP
    EXECUTE 'DROP ' || item.name || ' CASCADE';
  END LOOP;
END
$$;
