#!/usr/bin/env bash
# Fills the empty databases and volumes of the composed stack from a back-up that backup.sh has taken.
#
#   restore.sh --volume FOLDER... BACKUP
#
# The service `restore` of docker-compose.yml; docs/operations.md says how it is used.
# Belongs here: checking a back-up, and putting it back. Does not belong here: what taking one needs too (stack.sh).
set -euo pipefail
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

fresh="docker compose down --volumes (which removes all databases and volumes of the stack, but no back-up), then restore"
from=""
volumes=()
while (($#)); do
  case $1 in
    --volume) add_volume "${2:-}" && shift ;;
    -*) refuse "'$1' is not known; the only argument is a back-up, as in /backups/2026-03-01T123005Z" ;;
    *) [[ -z $from ]] && from=${1%/} || refuse "one back-up is put back, not '$from' and '$1'" ;;
  esac
  shift
done
[[ -r $from/$sums ]] || refuse "'$from' is no back-up that user $(id -u) may read; name one as in /backups/2026-03-01T123005Z"

# A back-up in the same folder could remove this one as the oldest.
if [[ -r $from/../$lock ]]; then
  exec {held}<"$from/../$lock"
  flock --shared --nonblock "$held" || refuse "a back-up is at work beside $from; try again when it has finished"
fi

# Refuses a back-up whose files are not those that were taken, and names them.
refuse_damaged() {
  local -A known=()
  local sum name path problems=() parts=("$about" "$roles" "${databases[@]/%/.dump}")
  for path in "${volumes[@]}"; do
    parts+=("${path##*/}.tar.gz")
  done
  while read -r sum name; do
    [[ -z $name ]] || known[$name]=$sum
  done <"$from/$sums"
  for name in "${parts[@]}"; do
    if [[ ! -f $from/$name ]]; then
      problems+=("$name is missing")
      continue
    fi
    sum=$(sha256sum <"$from/$name" || echo unreadable)
    [[ ${known[$name]:-} == "${sum%% *}" ]] || problems+=("$name is damaged")
  done
  for path in "$from"/* "$from"/.[!.]*; do
    [[ ! -e $path || " ${parts[*]} $sums " == *" ${path##*/} "* ]] || problems+=("${path##*/} does not belong there")
  done
  ((${#problems[@]})) || return 0
  sum=$(printf ', %s' "${problems[@]}")
  refuse "the back-up $from is not whole: ${sum#, }; nothing was changed. Take another back-up"
}

# Prints what a database holds beside the empty tables that `prepare` makes outside of the schema public.
content_of() {
  answer "$1" <<'SQL'
select format('select %L', name) || case when is_prepared then format(' where exists (select from %s)', name) else '' end
from (
    select pg_class.oid::regclass::text as name, nspname <> 'public' and relkind in ('r', 'p') as is_prepared
    from pg_class
    inner join pg_namespace on relnamespace = pg_namespace.oid
    where relkind in ('r', 'p', 'v', 'm', 'f') and nspname !~ '^pg_' and nspname <> 'information_schema'
) as relations
order by name
\gexec
SQL
}

refuse_filled() {
  local database volume content
  for database in "${databases[@]}"; do
    content=$(content_of "$database")
    [[ -z $content ]] \
      || refuse "database $database holds $(wc --lines <<<"$content") tables and views that are not empty, such as" \
        "$(head --lines=1 <<<"$content"), and only an empty one is filled. Take a back-up if it is of value; $fresh"
  done
  for volume in "${volumes[@]}"; do
    [[ -w $volume ]] || refuse "user $(id -u) cannot write into volume ${volume##*/}, which another image has made; $fresh"
    content=$(ls --almost-all -- "$volume")
    [[ -z $content ]] \
      || refuse "volume ${volume##*/} holds files, such as $(head --lines=1 <<<"$content"), and only an empty one is" \
        "filled. Take a back-up if they are of value; $fresh"
  done
}

# Refuses a server that need not understand what a newer one has written.
refuse_older_server() {
  local taken now
  taken=$(sed --quiet 's/^server: \([0-9]*\).*/\1/p' "$from/$about")
  now=$(answer "$maintenance" <<<"select current_setting('server_version_num')::integer / 10000")
  ((now >= taken)) \
    || refuse "the back-up is of version $taken of Postgres, and this server is of version $now; nothing was changed. Let" \
      "docker-compose.yml name an image of that version or a newer one"
}

# Refuses if a role is missing that may own something, or have been granted it: it would be half of a restoration.
refuse_without_roles() {
  local wanted missing
  wanted=$(sed --quiet 's/^CREATE ROLE \(.*\);$/\1/p' "$from/$roles" | sort)
  missing=$(answer "$maintenance" <<<"select quote_ident(rolname) from pg_roles" | sort | comm -13 - <(echo "$wanted"))
  [[ -z $missing ]] \
    || refuse "this server lacks the roles ${missing//$'\n'/, }; $roles in the back-up says what they were: make them" \
      "(docker compose exec postgres createuser --username postgres NAME), then try again"
}

# What has been filled when the script ends before its time.
filled=()
tell_filled() {
  local ended=$? names
  ((ended && ${#filled[@]})) || exit "$ended"
  names=$(printf ', %s' "${filled[@]}")
  printf 'error: the restoration ended in the middle; what holds something by now: %s. To begin again: %s\n' \
    "${names#, }" "$fresh" >&2
  exit "$ended"
}

refuse_damaged
refuse_older_server
refuse_used
refuse_filled
refuse_without_roles

trap tell_filled EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
for database in "${databases[@]}"; do
  # What `prepare` has made there stands in the back-up too, with owners and rights.
  answer "$database" <<'SQL'
begin;
select format('drop schema %I cascade', nspname)
from pg_namespace
where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
\gexec
commit;
SQL
  pg_restore --no-password --single-transaction --exit-on-error --dbname="$database" "$from/$database.dump" \
    || refuse "database $database could not be filled, as said above, and nothing of it was kept"
  filled+=("database $database")
done
for volume in "${volumes[@]}"; do
  filled+=("volume ${volume##*/}")
  tar --extract --gzip --preserve-permissions --file="$from/${volume##*/}.tar.gz" --directory="$volume" \
    || refuse "volume ${volume##*/} could not be filled, as said above; check free space"
done
filled=()
printf 'restored: %s\n' "$from"
sed 's/^/  /' "$from/$about"
echo "the services may start: docker compose up --detach"
