#!/usr/bin/env bash
# Formats the folder of the log at the first start, then becomes the broker.
set -euo pipefail
kafka=/opt/kafka/bin
settings=/etc/headstamp/server.properties
if [ ! -f /var/lib/kafka/data/meta.properties ]; then
    "$kafka/kafka-storage.sh" format -t "$("$kafka/kafka-storage.sh" random-uuid)" -c "$settings"
fi
exec "$kafka/kafka-server-start.sh" "$settings"
