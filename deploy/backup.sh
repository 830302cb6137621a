#!/usr/bin/env bash
# Copies what the composed stack keeps, databases and volumes, into a new folder that is named by its moment.
#
#   backup.sh --backups FOLDER --volume FOLDER... [--keep N]
#
# The service `backup` of docker-compose.yml; docs/operations.md says how it is used.
# Belongs here: taking a back-up. Does not belong here: what restoring needs too (stack.sh).
set -euo pipefail
# What is copied may point at people.
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

backups="" keep="" unfinished=""
volumes=()
while (($#)); do
  case $1 in
    --backups) backups=${2:-} ;;
    --volume) add_volume "${2:-}" ;;
    --keep) keep=${2:-} && [[ $keep =~ ^[1-9][0-9]*$ ]] || refuse "--keep needs a number of back-ups, at least 1" ;;
    *) refuse "'$1' is not known; the only argument is --keep N" ;;
  esac
  shift 2 || refuse "$1 needs a value"
done
[[ -d $backups && -w $backups ]] \
  || refuse "user $(id -u) cannot write into the folder of back-ups '$backups'; on the host, where \$ECOM_BACKUP_DIR is" \
    "the folder: install --directory --owner $(id -u) --group $(id -g) --mode 700 \"\$ECOM_BACKUP_DIR\""

# The system takes the lock from a process that ends.
exec {held}>>"$backups/$lock"
flock --nonblock "$held" \
  || refuse "another back-up or restoration is at work in $backups; try again when it has finished"
clean_up() {
  local ended=$?
  [[ -z $unfinished ]] || rm -rf -- "$unfinished"
  # Whatever went wrong, such as a disk that is full: no back-up was taken.
  ((ended == 0)) || exit 2
}
trap clean_up EXIT
# What a killed one has left.
rm -rf -- "$backups"/.unfinished_*

# Prints each database and how many sessions it has seen: the server counts one that is over, too.
entered() {
  answer "$maintenance" <<<"select datname, sessions from pg_stat_database where datname in $(listed) order by datname"
}

# Prints who serves, and where below the artefacts the files of that version lie.
champions() {
  answer mlflow <<'SQL'
select to_regclass('public.registered_model_aliases') is not null as has_models \gset
\if :has_models
select versions.name, versions.version, coalesce(versions.storage_location, versions.source)
from registered_model_aliases as aliases
inner join model_versions as versions on aliases.name = versions.name and aliases.version = versions.version
where aliases.alias = 'champion'
order by versions.name
\endif
SQL
}

# Refuses if the files of a version are gone: the copy would in time push out those that are whole.
refuse_lost() {
  local volume
  for volume in "${volumes[@]}"; do
    [[ ${volume##*/} != artifacts || $1 != mlflow-artifacts:/* || -d $volume/${1#mlflow-artifacts:/} ]] \
      || refuse "the files of $2, which serves, are gone from volume artifacts ($1); make another version serve first"
  done
}

refuse_used
before=$(entered)
# Whoever came between the two looks is here, or has gone before anything is copied.
refuse_used

target=""
until [[ -n $target && ! -e $target ]]; do
  # None is ever overwritten: the name of one that was taken in this second is not free.
  [[ -z $target ]] || sleep 0.2
  moment=$(date --utc +%Y-%m-%dT%H%M%SZ)
  target=$backups/$moment
done
unfinished=$(mktemp --directory "$backups/.unfinished_XXXXXXXX")

for database in "${databases[@]}"; do
  pg_dump --no-password --format=custom --file="$unfinished/$database.dump" --dbname="$database" \
    || refuse "database $database could not be copied, as said above; check free space in the folder of back-ups"
done
# For people: who made roles of their own finds them here; passwords are not in it.
pg_dumpall --no-password --roles-only --no-role-passwords --database="$maintenance" --file="$unfinished/$roles" \
  || refuse "the server's roles could not be listed, as said above"
for volume in "${volumes[@]}"; do
  tar --create --gzip --file="$unfinished/${volume##*/}.tar.gz" --directory="$volume" . \
    || refuse "volume ${volume##*/} could not be copied, as said above; check free space in the folder of back-ups"
done

{
  printf 'taken: %s\ncommit: %s\nserver: ' "$moment" "${ECOM_COMMIT:-unknown}"
  answer "$maintenance" <<<"show server_version"
  serving=$(champions)
  while IFS='|' read -r model version address; do
    [[ -n $model ]] || continue
    refuse_lost "$address" "$model version $version"
    printf 'champion: %s version %s\n' "$model" "$version"
  done <<<"$serving"
} >"$unfinished/$about"

# One session of each pg_dump, and one that asked who serves. Any other may have written in between.
expected=$(awk -F'|' -v OFS='|' '{ $2 += ($1 == "mlflow") ? 2 : 1; print }' <<<"$before")
refuse_used
after=$(entered)
[[ $after == "$expected" ]] \
  || refuse "somebody entered a database while it was copied; end the services first: $services"

checksums=$(cd -- "$unfinished" && sha256sum -- *)
printf '%s\n' "$checksums" >"$unfinished/$sums"
# What has its name is on the disk, or older ones would be removed for one that a power cut takes.
sync --file-system "$unfinished"
mv --no-target-directory -- "$unfinished" "$target"
sync --file-system "$backups"
printf 'back-up: %s in %s\n' "$(du --summarize --human-readable -- "$target" | cut -f1)" "$target"
sed 's/^/  /' "$target/$about"

[[ -n $keep ]] || exit 0
older=()
for folder in "$backups"/????-??-??T??????Z; do
  # The new one stays whatever the clock says; what is no back-up stays too.
  [[ $folder == "$target" || ! -f $folder/$sums ]] || older+=("$folder")
done
for folder in "${older[@]:0:$((${#older[@]} - keep + 1 > 0 ? ${#older[@]} - keep + 1 : 0))}"; do
  # One that is half removed must not pass for a back-up.
  mv --no-target-directory -- "$folder" "$backups/.unfinished_${folder##*/}"
  rm -rf -- "$backups/.unfinished_${folder##*/}"
  printf 'removed: %s\n' "$folder"
done
