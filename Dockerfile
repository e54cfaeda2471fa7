# syntax=docker/dockerfile:1
# The image of all Headstamp's services (target `headstamp`, the last), and two small ones beside it: `tor` and `door`.
ARG PYTHON=3.11-slim-bookworm
ARG DEBIAN=bookworm-slim

# tor as Debian ships it, with our torrc; docs/tor.md says what each line is for.
FROM debian:${DEBIAN} AS tor
RUN printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d \
    && apt-get update && apt-get install --yes --no-install-recommends tor && rm -rf /var/lib/apt/lists/*
# The crawler's group may use the socket; nobody else may look at what tor keeps.
RUN groupadd --gid 1000 headstamp && useradd --uid 1001 --gid 1000 --no-create-home --shell /usr/sbin/nologin onion \
    && rm -rf /var/lib/tor && install -d -o 1001 -g 1000 -m 0700 /var/lib/tor && install -d -o 1001 -g 1000 -m 0750 /run/tor
COPY compose/tor/torrc /etc/tor/headstamp.torrc
USER 1001:1000
ENTRYPOINT ["tor", "--defaults-torrc", "/dev/null", "-f", "/etc/tor/headstamp.torrc"]

# What a published port leads to: it passes bytes on, to the console's socket file or to Kibana, and holds nothing.
FROM debian:${DEBIAN} AS door
RUN apt-get update && apt-get install --yes --no-install-recommends socat && rm -rf /var/lib/apt/lists/*
USER 1000:1000
ENTRYPOINT ["socat"]

FROM python:${PYTHON} AS wheel
WORKDIR /src
COPY pyproject.toml README.md headstamp.py ./
COPY crawlers crawlers
COPY classifier classifier
COPY pipeline pipeline
COPY dashboards dashboards
COPY models models
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON} AS environment
COPY compose/constraints.txt /constraints.txt
RUN --mount=from=wheel,source=/wheels,target=/wheels \
    python -m venv /opt/headstamp \
    && /opt/headstamp/bin/pip install --no-cache-dir --constraint /constraints.txt /wheels/*.whl \
    && /opt/headstamp/bin/pip uninstall --yes pip setuptools

FROM python:${PYTHON} AS headstamp
RUN pip uninstall --yes --root-user-action ignore pip setuptools wheel || true
# A named volume takes owner and mode from the folder that it is first mounted on.
RUN groupadd --gid 1000 headstamp \
    && useradd --uid 1000 --gid 1000 --home-dir /var/lib/headstamp --no-create-home --shell /usr/sbin/nologin headstamp \
    && for folder in /var/lib/headstamp /var/lib/headstamp/archive /var/lib/headstamp/keys /var/lib/headstamp/sessions /run/desk \
        /secrets /secrets/authority /secrets/kafka /secrets/elasticsearch /secrets/kibana /secrets/operator \
        /secrets/forward /secrets/assess /secrets/index /secrets/settle /secrets/console /secrets/setup; \
    do install -d -o 1000 -g 1000 -m 0700 "$folder"; done
COPY --from=environment /opt/headstamp /opt/headstamp
COPY compose/credentials.py /opt/headstamp/credentials.py
ENV PATH=/opt/headstamp/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HEADSTAMP_HOME=/var/lib/headstamp
WORKDIR /
USER 1000:1000
ENTRYPOINT ["headstamp"]
CMD ["check"]
