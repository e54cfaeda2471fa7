#!/usr/bin/env bash
# Puts the image's own configuration, ours and the secrets into one folder in memory, then becomes Elasticsearch.
set -euo pipefail
cp -r /usr/share/elasticsearch/config/. "$ES_PATH_CONF"
cp /etc/headstamp/elasticsearch.yml /etc/headstamp/roles.yml /run/secrets/* "$ES_PATH_CONF"
exec /usr/local/bin/docker-entrypoint.sh eswrapper
