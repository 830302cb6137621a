# What backup.sh and restore.sh share: names, who is in the databases, and how they refuse. Sourced, never run.
#
# Belongs here: what both need. Does not belong here: the order of things, which each has for itself.

shopt -s inherit_errexit

# As `prepare` makes them.
databases=(ecom dagster mlflow)
# Entered to ask about the others.
maintenance=postgres
# The files of a back-up beside those of databases and volumes.
about=about.txt roles=roles.sql sums=SHA256SUMS
lock=.lock
services="docker compose stop daemon webserver code mlflow"
# How long a session whose service has just ended may take to be gone.
patience_seconds=3

refuse() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

# The databases as a list of SQL.
listed() {
  local names
  names=$(printf ",'%s'" "${databases[@]}")
  printf '(%s)' "${names#,}"
}

# Prints what the queries on standard input answer in a database, a line for each row.
answer() {
  PGOPTIONS="-c client_min_messages=warning" psql --no-psqlrc --no-password --quiet --tuples-only --no-align \
    --set=ON_ERROR_STOP=1 --dbname="$1" \
    || refuse "database $1 of the server ${PGHOST:-} did not answer as above; see whether postgres is healthy" \
      "(docker compose ps), and whether POSTGRES_PASSWORD in .env is the one that the server was made with"
}

# Refuses if a session is in one of the databases, and names user and program.
refuse_used() {
  local who until=$((SECONDS + patience_seconds))
  while true; do
    who=$(answer "$maintenance" <<SQL
select string_agg(distinct format('%s in %s (%s)', usename, datname, coalesce(nullif(application_name, ''), 'no name')), ', ')
from pg_stat_activity
where backend_type = 'client backend' and datname in $(listed)
SQL
    )
    [[ -n $who ]] || return 0
    ((SECONDS < until)) || refuse "the databases are in use by $who; end the services first: $services"
    sleep 0.2
  done
}

# Fills the array `volumes` and refuses what cannot be one; the name of a volume is that of its folder.
add_volume() {
  [[ -d ${1:-} ]] || refuse "--volume needs a folder, and '${1:-}' is none"
  volumes+=("$1")
}
