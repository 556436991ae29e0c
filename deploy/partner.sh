#!/bin/sh
# Makes a trusted partner of the broker: its consumer, the user that the operator's NATS includes, and its password.
#
#   deploy/partner.sh NAME TYPE[,TYPE…] COMMISSION[,COMMISSION…] [FOLDER]
#
# Writes FOLDER/partner-NAME.conf, to be included among the users of the account, and FOLDER/partner-NAME.env, the
# password, for the broker's secret. Run again it changes types and commissions and keeps password and place.
# HELI_EXEC says how a command of notification-service is run; in the cluster by default.
set -eu
if [ "$#" -lt 3 ]; then
  sed -n '4p' "$0" | cut -c5- >&2
  exit 2
fi
name=$1
types=$2
commissions=$3
folder=${4:-.}
run=${HELI_EXEC:-kubectl -n heli exec deploy/heli-notification-worker --}

set -f # a commission may be *, which is no file's name
set --
for one in $(echo "$types" | tr ',' ' '); do set -- "$@" --type "$one"; done
for one in $(echo "$commissions" | tr ',' ' '); do set -- "$@" --commission "$one"; done

umask 077
mkdir -p "$folder"
$run notification-service partners add "$name" "$@" --conf >"$folder/partner-$name.conf.new" || {
  rm -f "$folder/partner-$name.conf.new"
  exit 1
}
mv "$folder/partner-$name.conf.new" "$folder/partner-$name.conf"
if [ ! -e "$folder/partner-$name.env" ]; then
  variable=PARTNER_$(echo "$name" | tr 'a-z-' 'A-Z_')_PASSWORD
  printf '%s=%s\n' "$variable" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >"$folder/partner-$name.env"
fi
echo "$folder/partner-$name.conf: include it among the users of the account HELI"
echo "$folder/partner-$name.env: put it into the broker's environment, then reload the servers"
