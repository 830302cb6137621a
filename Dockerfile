# One image for every service that runs the platform's code; docker-compose.yml says which command each runs.
# Tags are pinned, digests are not: docs/deployment.md says why, and what of this file was never built.

FROM python:3.11.14-slim-bookworm AS build
# Compiled here: the user of the last stage may not write, and each process would compile what it imports anew.
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY requirements-bootstrap.lock requirements.lock ./
# The lock is complete; what uv would add to it, pyproject.toml forbids, which is not here yet.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --require-hashes -r requirements-bootstrap.lock \
    && /opt/venv/bin/uv pip install --python /opt/venv/bin/python --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY ecom_assets ecom_assets
COPY ml_assets ml_assets
# Where the code lies is written into the environment: the last stage has it in the same place.
RUN /opt/venv/bin/python -m pip install --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q /app/ecom_assets /app/ml_assets

FROM python:3.11.14-slim-bookworm
# The package implicit is linked to the machine's OpenMP runtime; all others bring their own.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 ecom \
    && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin ecom \
    # A volume takes over the owner of the folder that it is first mounted on.
    && install --directory --owner ecom --group ecom /data /dagster /reports /artifacts
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY dbt_project /app/dbt_project
COPY deploy/workspace.yaml /app/deploy/workspace.yaml
# There is no checkout in the image, and each version of a model names the commit that made it.
ARG COMMIT=unknown
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 ECOM_COMMIT=$COMMIT
WORKDIR /app
USER 10001:10001
