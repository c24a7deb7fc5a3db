-- The two roles of the shop, so that a hole in it can never change the schema:
--   slipway_owner  owns the tables; only migrations and scripts log in with it
--   slipway_app    reads and writes rows; the shop logs in with it
-- The local stack runs this at every start. On Neon, run it once per database, as the role that
-- Neon made, with two passwords of your own:
--   psql "$NEON_URL" -v owner_password="…" -v app_password="…" -f database/roles.sql
-- It may run again at any time, which is also how the passwords are changed.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slipway_owner') THEN
    CREATE ROLE slipway_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slipway_app') THEN
    CREATE ROLE slipway_app;
  END IF;
END
$$;

ALTER ROLE slipway_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE slipway_app LOGIN PASSWORD :'app_password';

-- Longer than any statement of the shop may take: its own time-outs end a request first.
ALTER ROLE slipway_app SET statement_timeout = '10s';
ALTER ROLE slipway_app SET idle_in_transaction_session_timeout = '10s';

-- Needed to set privileges in the owner's name where this is not run by a superuser.
GRANT slipway_owner TO CURRENT_USER;

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO slipway_app', current_database());
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO slipway_owner', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO slipway_owner;
GRANT USAGE ON SCHEMA public TO slipway_app;

-- Every table that a migration makes from here on.
ALTER DEFAULT PRIVILEGES FOR ROLE slipway_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO slipway_app;
ALTER DEFAULT PRIVILEGES FOR ROLE slipway_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO slipway_app;
