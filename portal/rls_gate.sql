-- The gate of the walls: each query names what breaks a rule, one text a row, and must find nothing.
-- `manage.py walls` runs it, on any database, as any of the portal's roles. The queries stand behind
-- these tables of what is declared, which portal.walls puts before each:
--   roles (name)                                  the roles that serve
--   kinds (name, kind)                            every table: tenant, identity, published, carrier, or none
--   keys (name, source, link, target)             composite keys between walled tables
--   worklists (name)                              indexes that lead across enterprises on purpose
--   wanted (name, role, action, part)             privileges; part is a column, or ''
--   rules (name, rule, command, whom, sees, checks)   policies

-- G1 A role that serves has more than its own rights
SELECT format('%s does not exist', name) FROM roles WHERE to_regrole(name) IS NULL
UNION ALL
SELECT format('%s is a superuser, bypasses row-level security, replicates, or makes roles or databases', rolname)
  FROM pg_roles JOIN roles ON name = rolname
 WHERE rolsuper OR rolbypassrls OR rolreplication OR rolcreaterole OR rolcreatedb
UNION ALL
SELECT 'portal_staff_inside can sign in' FROM pg_roles WHERE rolname = 'portal_staff_inside' AND rolcanlogin
UNION ALL
-- Staff may step into one enterprise, by saying so; nobody else becomes another role.
SELECT format('%s is a member of %s', m.member::regrole, m.roleid::regrole)
  FROM pg_auth_members m JOIN roles ON name = m.member::regrole::text
 WHERE NOT (name = 'portal_staff' AND m.roleid::regrole::text = 'portal_staff_inside'
            AND m.set_option AND NOT m.inherit_option AND NOT m.admin_option)
UNION ALL
SELECT format('%s begins every session with %s', CASE WHEN setrole = 0 THEN 'everybody' ELSE setrole::regrole::text END, s)
  FROM pg_db_role_setting, unnest(setconfig) s
 WHERE (setrole = 0 OR setrole::regrole::text IN (SELECT name FROM roles))
   AND (setdatabase = 0 OR setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
   AND s ~ '^(portal\.|role=|session_authorization=|row_security=|search_path=|session_replication_role=)'
UNION ALL
SELECT format('%s owns %s', relowner::regrole, oid::regclass) FROM pg_class WHERE relowner::regrole::text IN (SELECT name FROM roles)
UNION ALL
SELECT format('%s owns %s', proowner::regrole, oid::regprocedure) FROM pg_proc WHERE proowner::regrole::text IN (SELECT name FROM roles);

-- G2 A walled table is without row-level security, without FORCE, or without a policy for the customers' side
SELECT name FROM kinds JOIN pg_class c ON c.oid = to_regclass(quote_ident(name))
 WHERE kind = 'tenant'
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'portal_app'::regrole = ANY(p.polroles)));

-- G3 A table has no kind, is missing, or carries a tenant that its kind does not wall in
SELECT format('%s is of no kind', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT (n.nspname = 'public' AND c.relname IN (SELECT name FROM kinds))
UNION ALL
SELECT format('%s is missing', name) FROM kinds WHERE to_regclass(quote_ident(name)) IS NULL
UNION ALL
-- The locator is read before any enterprise is known, and holds keyed hashes only.
SELECT format('%s has enterprise_id and no wall', name) FROM kinds
  JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(name)) AND a.attname = 'enterprise_id' AND NOT a.attisdropped
 WHERE kind <> 'tenant' AND name <> 'portal_locator';

-- G4 A walled table has no tenant, or a row may have none
SELECT name FROM kinds
 WHERE kind = 'tenant' AND NOT EXISTS (
   SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(quote_ident(name)) AND a.attname = 'enterprise_id'
      AND a.attnotnull AND NOT a.attisdropped);

-- G5 What the customers' side sees is said in other words than the one text, or the setting is read otherwise
SELECT format('%s on %s: using %s, with check %s', policyname, tablename, qual, with_check) FROM pg_policies
 WHERE roles && ARRAY['portal_app', 'portal_staff_inside', 'public']::name[]
   AND (qual IS DISTINCT FROM '(enterprise_id = current_enterprise())'
        OR with_check IS DISTINCT FROM '(enterprise_id = current_enterprise())' OR cmd <> 'ALL' OR permissive <> 'PERMISSIVE')
UNION ALL
SELECT 'current_enterprise() is another function' WHERE NOT EXISTS (
  SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
   WHERE p.oid = to_regprocedure('public.current_enterprise()') AND l.lanname = 'sql' AND p.provolatile = 's'
     AND p.proparallel = 's' AND p.proconfig IS NULL AND NOT p.prosecdef AND pg_get_function_sqlbody(p.oid)
       = 'RETURN (NULLIF(current_setting(''portal.enterprise_id''::text, true), ''''::text))::bigint');

-- G6 A view or function sees with another's eyes
SELECT format('%s is a view of its owner''s', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'v' AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on|1)', false)
UNION ALL
SELECT format('%s can be read by %s, and has no wall', c.oid::regclass, name) FROM pg_class c, roles
 WHERE c.relkind = 'm' AND has_table_privilege(name, c.oid, 'SELECT')
UNION ALL
SELECT format('%s can be called by %s, and runs as %s', p.oid::regprocedure, name, p.proowner::regrole) FROM pg_proc p, roles
 WHERE p.prosecdef AND p.pronamespace <> 'pg_catalog'::regnamespace AND has_function_privilege(name, p.oid, 'EXECUTE');

-- G7 A key into a walled table does not tie the tenant, is missing, or was never checked
SELECT format('%s on %s', con.conname, con.conrelid::regclass) FROM pg_constraint con
  JOIN kinds t ON to_regclass(quote_ident(t.name)) = con.confrelid AND t.kind = 'tenant'
  JOIN kinds s ON to_regclass(quote_ident(s.name)) = con.conrelid AND s.kind <> 'carrier'
 WHERE con.contype = 'f' AND NOT EXISTS (
   SELECT FROM generate_subscripts(con.conkey, 1) i
     JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[i] AND a.attname = 'enterprise_id'
     JOIN pg_attribute b ON b.attrelid = con.confrelid AND b.attnum = con.confkey[i] AND b.attname = 'enterprise_id')
UNION ALL
SELECT format('%s of %s is missing', k.name, k.source) FROM keys k WHERE NOT EXISTS (
  SELECT FROM pg_constraint con WHERE con.conname = k.name AND con.contype = 'f' AND con.convalidated AND con.conenforced
     AND con.conrelid = to_regclass(quote_ident(k.source)) AND con.confrelid = to_regclass(quote_ident(k.target))
     AND pg_get_constraintdef(con.oid)
       LIKE format('FOREIGN KEY (enterprise_id, %I) REFERENCES %I(enterprise_id, id)%%', k.link, k.target));

-- G8 A unique index of a walled table tells one tenant what another has
SELECT format('%s on %s', i.indexrelid::regclass, name) FROM kinds
  JOIN pg_index i ON i.indrelid = to_regclass(quote_ident(name))
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE kind = 'tenant' AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary
   AND a.attname IS DISTINCT FROM 'enterprise_id';

-- G9 A walled table has no index that leads with the tenant, or one across tenants that nobody declared
SELECT name FROM kinds WHERE kind = 'tenant' AND NOT EXISTS (
  SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
   WHERE i.indrelid = to_regclass(quote_ident(name)) AND i.indisvalid AND a.attname = 'enterprise_id')
UNION ALL
SELECT format('%s on %s', x.relname, k.name) FROM kinds k
  JOIN pg_index i ON i.indrelid = to_regclass(quote_ident(k.name)) JOIN pg_class x ON x.oid = i.indexrelid
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE k.kind = 'tenant' AND NOT i.indisunique AND a.attname IS DISTINCT FROM 'enterprise_id'
   AND x.relname NOT IN (SELECT name FROM worklists);

-- G10 Whoever serves can empty a table, point at it, hang something on it, or rebuild it
SELECT format('%s: %s for %s', c.oid::regclass, x.privilege_type, coalesce(r.rolname, 'everybody'))
  FROM pg_class c, aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE x.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
   AND (x.grantee = 0 OR r.rolname IN (SELECT name FROM roles));

-- G11 Privileges differ from those that the tables' kinds say
WITH held AS (
  SELECT c.relname::text AS name, coalesce(r.rolname, 'public') AS role, x.privilege_type AS action, '' AS part
    FROM pg_class c, aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
   -- What an extension brings is its own.
   WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
     AND (x.grantee = 0 OR r.rolname IN (SELECT roles.name FROM roles))
  UNION ALL
  SELECT c.relname, coalesce(r.rolname, 'public'), x.privilege_type, a.attname
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
   WHERE c.relnamespace = 'public'::regnamespace AND (x.grantee = 0 OR r.rolname IN (SELECT roles.name FROM roles)))
SELECT concat_ws(' ', role, 'may', action, nullif(part, ''), 'on', name, 'and should not')
  FROM (SELECT * FROM held EXCEPT SELECT * FROM wanted) AS more
UNION ALL
SELECT concat_ws(' ', role, 'may not', action, nullif(part, ''), 'on', name, 'and should')
  FROM (SELECT * FROM wanted EXCEPT SELECT * FROM held) AS less
UNION ALL
SELECT format('%s may create in the schema %s', roles.name, n.nspname) FROM roles, pg_namespace n
 WHERE n.nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(roles.name, n.oid, 'CREATE')
UNION ALL
SELECT format('%s may make schemas in this database', roles.name) FROM roles
 WHERE has_database_privilege(roles.name, current_database(), 'CREATE')
UNION ALL
SELECT format('what %s makes next is granted to %s', d.defaclrole::regrole, coalesce(r.rolname, 'everybody'))
  FROM pg_default_acl d, aclexplode(d.defaclacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE x.grantee = 0 OR r.rolname IN (SELECT roles.name FROM roles);

-- G12 Policies differ from those that the tables' kinds say: the tenants', the staff's, the relay's
WITH stands AS (
  SELECT tablename::text AS name, policyname::text AS rule, cmd AS command,
         (SELECT string_agg(each::text, ', ' ORDER BY each::text) FROM unnest(roles) each) AS whom, qual AS sees, with_check AS checks
    FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE')
SELECT format('%s on %s for %s to %s, using %s, with check %s, was declared by nobody', rule, name, command, whom, sees, checks)
  FROM (SELECT * FROM stands EXCEPT SELECT * FROM rules) AS more
UNION ALL
SELECT format('%s on %s for %s to %s is missing, or says something else', rule, name, command, whom)
  FROM (SELECT * FROM rules EXCEPT SELECT * FROM stands) AS less
UNION ALL
SELECT format('%s on %s is restrictive', policyname, tablename) FROM pg_policies WHERE permissive <> 'PERMISSIVE';
